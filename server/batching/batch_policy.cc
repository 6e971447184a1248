#include "server/batching/batch_policy.h"

#include <algorithm>
#include <optional>
#include <tuple>

#include "server/batching/batch_size_choice.h"
#include "server/batching/length_grouping.h"

namespace clip::batching {
namespace {

// Batches' worth of rows among which similar lengths are looked for, and most
// rows of it: further ahead there is little to gain, and it takes time under
// the queue's lock.
constexpr int kLookAheadBatches = 4;
constexpr int kMostLookAhead = 512;

bool GoesBefore(const QueueSummary& queue, Line a, Line b) {
  const LineSummary& left = queue.lines[a];
  const LineSummary& right = queue.lines[b];
  return std::tie(left.used, a.priority, left.oldest) <
         std::tie(right.used, b.priority, right.oldest);
}

}  // namespace

absl::Time BatchPolicy::DueTime(const LineSummary& line, bool closed) const {
  if (closed || line.items >= options_.max_batch_size) {
    return absl::InfinitePast();
  }
  return std::min(line.oldest + options_.max_batch_delay,
                  line.earliest_deadline - line.batch_time);
}

// A full batch waits: then only throughput helps.
bool BatchPolicy::CutsBatches(int items) const {
  return options_.target_latency < absl::InfiniteDuration() &&
         items < options_.max_batch_size;
}

bool BatchPolicy::GroupsByLength(Lane lane) const {
  return lane == Lane::kText && options_.group_by_length &&
         options_.padding == Padding::kToLongest;
}

int BatchPolicy::LookAhead(Lane lane, int items) const {
  if (CutsBatches(items)) return items;
  if (!GroupsByLength(lane) || items < 2) return 0;
  const int most = std::max(kMostLookAhead, options_.max_batch_size);
  return std::min({items, kLookAheadBatches * options_.max_batch_size, most});
}

TakeBatch BatchPolicy::Pick(Line line, const LineSummary& summary) const {
  const int most = std::min(summary.items, options_.max_batch_size);
  if (summary.rows.empty()) return {line, most, {}};
  if (CutsBatches(summary.items)) {
    const int count = ChooseBatchSize(summary.rows, options_.target_latency,
                                      summary.times, options_.padding);
    return {line, count, {}};
  }
  const LengthGroup group =
      ChooseLengthGroup(summary.rows, options_.max_batch_size, summary.times);
  return {line, group.count, group.lengths};
}

BatchDecision BatchPolicy::Decide(const QueueSummary& queue,
                                  absl::Time now) const {
  std::optional<Line> chosen;
  absl::Time next_due = absl::InfiniteFuture();
  bool anything_waits = false;
  for (const Line line : kLines) {
    const LineSummary& summary = queue.lines[line];
    if (summary.items == 0) continue;
    anything_waits = true;
    const absl::Time due = DueTime(summary, queue.closed);
    next_due = std::min(next_due, due);
    if (due > now) continue;
    if (!chosen || GoesBefore(queue, line, *chosen)) chosen = line;
  }
  if (chosen) {
    return Pick(*chosen, queue.lines[*chosen]);
  }
  if (anything_waits) return WaitUntil{next_due};
  return DoNothing{};
}

}  // namespace clip::batching

#include "server/batching/batch_policy.h"

#include <algorithm>
#include <optional>
#include <tuple>

#include "server/batching/batch_size_choice.h"

namespace clip::batching {
namespace {

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

int BatchPolicy::BatchSize(const LineSummary& line) const {
  if (line.waits.empty()) return std::min(line.items, options_.max_batch_size);
  BatchSizeChoice choice;
  choice.waits = line.waits;
  choice.target = options_.target_latency;
  return ChooseBatchSize(choice, line.times);
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
    return TakeBatch{*chosen, BatchSize(queue.lines[*chosen])};
  }
  if (anything_waits) return WaitUntil{next_due};
  return DoNothing{};
}

}  // namespace clip::batching

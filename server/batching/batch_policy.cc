#include "server/batching/batch_policy.h"

#include <algorithm>
#include <optional>
#include <tuple>

namespace clip::batching {
namespace {

bool GoesBefore(const LaneSummary& a, const LaneSummary& b) {
  return std::tie(a.used, a.oldest) < std::tie(b.used, b.oldest);
}

}  // namespace

absl::Time BatchPolicy::DueTime(const LaneSummary& lane, bool closed) const {
  if (closed || lane.items >= options_.max_batch_size) {
    return absl::InfinitePast();
  }
  return std::min(lane.oldest + options_.max_batch_delay,
                  lane.earliest_deadline - lane.batch_time);
}

BatchDecision BatchPolicy::Decide(const QueueSummary& queue,
                                  absl::Time now) const {
  std::optional<Lane> chosen;
  absl::Time next_due = absl::InfiniteFuture();
  bool anything_waits = false;
  for (const Lane lane : kLanes) {
    const LaneSummary& summary = queue.lanes[lane];
    if (summary.items == 0) continue;
    anything_waits = true;
    const absl::Time due = DueTime(summary, queue.closed);
    next_due = std::min(next_due, due);
    if (due > now) continue;
    if (!chosen || GoesBefore(summary, queue.lanes[*chosen])) chosen = lane;
  }
  if (chosen) {
    return TakeBatch{
        *chosen, std::min(queue.lanes[*chosen].items, options_.max_batch_size)};
  }
  if (anything_waits) return WaitUntil{next_due};
  return DoNothing{};
}

}  // namespace clip::batching

#include "server/admission/admission_controller.h"

#include <algorithm>

namespace clip::server {
namespace {

using batching::kLanes;
using batching::kPriorities;
using batching::Lane;
using batching::Line;
using batching::PerLane;
using batching::Priority;

// Weight in the average of a full batch and, so that a server that never
// fills one learns too, the least weight of any.
constexpr double kFullBatchWeight = 0.3;
constexpr double kLeastWeight = 0.02;

// The advice to retry stays between "not at once, or the refusals themselves
// become the load" and "soon enough that a shorter queue gets used".
constexpr absl::Duration kShortestRetry = absl::Milliseconds(50);
constexpr absl::Duration kLongestRetry = absl::Seconds(30);

// Bulk work may hold one part in so many of what interactive calls may: enough
// for several batches, and memory that can be planned for.
constexpr int kBulkDivisor = 2;

Lane OtherLane(Lane lane) {
  return lane == Lane::kImage ? Lane::kText : Lane::kImage;
}

AdmissionRefusal Refuse(RejectReason reason, absl::Duration wait) {
  return {reason, std::clamp(wait, kShortestRetry, kLongestRetry)};
}

}  // namespace

AdmissionController::AdmissionController(const AdmissionOptions& options,
                                         int max_batch_size,
                                         int executor_threads)
    : options_(options),
      max_batch_size_(max_batch_size),
      executor_threads_(executor_threads) {}

int AdmissionController::Held::TotalItems() const {
  int total = 0;
  for (const Lane lane : kLanes) total += items[lane];
  return total;
}

int AdmissionController::MaxItems(Priority priority) const {
  if (priority == Priority::kInteractive) return options_.max_queue_items;
  return std::max(1, options_.max_queue_items / kBulkDivisor);
}

size_t AdmissionController::MaxBytes(Priority priority) const {
  if (priority == Priority::kInteractive) return options_.max_inflight_bytes;
  return options_.max_inflight_bytes / kBulkDivisor;
}

int AdmissionController::TotalItems() const {
  int total = 0;
  for (const Priority priority : kPriorities) {
    total += held_[priority].TotalItems();
  }
  return total;
}

absl::Duration AdmissionController::WorkAhead(Line line) const {
  return held_[line.priority].items[line.lane] * time_per_item_[line.lane] /
         executor_threads_;
}

// The lanes share the device evenly, so the other one delays a lane by as much
// as the lane's own work, and by the batch that is running already.
absl::Duration AdmissionController::PriorityWait(Lane lane,
                                                 Priority priority) const {
  const Lane other = OtherLane(lane);
  const absl::Duration own = WorkAhead({lane, priority});
  const absl::Duration other_batch = max_batch_size_ * time_per_item_[other];
  return own + std::min(WorkAhead({other, priority}), own + other_batch);
}

absl::Duration AdmissionController::RunningBulkBatch() const {
  absl::Duration longest;
  for (const Lane lane : kLanes) {
    const int items =
        std::min(held_[Priority::kBulk].items[lane], max_batch_size_);
    longest = std::max(longest, items * time_per_item_[lane]);
  }
  return longest;
}

absl::Duration AdmissionController::LineWait(Line line) const {
  const absl::Duration interactive =
      PriorityWait(line.lane, Priority::kInteractive);
  const absl::Duration bulk = PriorityWait(line.lane, Priority::kBulk);
  if (line.priority == Priority::kBulk) return interactive + bulk;
  // Bulk work, as far as there is any, has a small share of the device
  // meanwhile, and the batch that is running.
  const absl::Duration share = interactive / batching::kInteractiveWeight;
  return interactive + std::min(bulk, share + RunningBulkBatch());
}

absl::Duration AdmissionController::CallWait(
    const AdmissionRequest& request) const {
  absl::Duration wait;
  for (const Lane lane : kLanes) {
    if (request.items[lane] == 0) continue;
    wait = std::max(wait, LineWait({lane, request.priority}));
  }
  // Decoding goes on while the device works, so the slower line counts.
  return std::max(wait, request.preprocess_wait);
}

absl::Duration AdmissionController::TimeToFinish(int items) const {
  const int total = TotalItems();
  if (total == 0) return absl::ZeroDuration();
  absl::Duration all;
  for (const Line line : batching::kLines) all += WorkAhead(line);
  return all * (static_cast<double>(std::min(items, total)) / total);
}

AdmissionResult AdmissionController::Admit(const AdmissionRequest& request,
                                           absl::Time now) {
  const absl::Duration left = request.deadline - now;
  if (left <= absl::ZeroDuration()) {
    return AdmissionRefusal{RejectReason::kDeadline, absl::ZeroDuration()};
  }
  int wanted = 0;
  for (const Lane lane : kLanes) wanted += request.items[lane];

  batching::MutexLock lock(mutex_);
  Held& held = held_[request.priority];
  const int total = held.TotalItems();
  const int excess = total + wanted - MaxItems(request.priority);
  const bool alone = total == 0 && wanted <= options_.max_queue_items;
  if (!alone && excess > 0) {
    return Refuse(RejectReason::kQueueFull, TimeToFinish(excess));
  }
  if (!alone && held.bytes + request.bytes > MaxBytes(request.priority)) {
    return Refuse(RejectReason::kBytes, TimeToFinish(wanted));
  }
  const absl::Duration wait = CallWait(request);
  if (wait >= options_.max_queue_delay) {
    return Refuse(RejectReason::kWait, wait - options_.max_queue_delay);
  }
  if (wait >= left) return Refuse(RejectReason::kDeadline, wait - left);

  for (const Lane lane : kLanes) held.items[lane] += request.items[lane];
  held.bytes += request.bytes;
  return AdmissionPermit(*this, request.priority, request.items, request.bytes);
}

void AdmissionController::Release(Priority priority, const PerLane<int>& items,
                                  size_t bytes) {
  batching::MutexLock lock(mutex_);
  Held& held = held_[priority];
  for (const Lane lane : kLanes) held.items[lane] -= items[lane];
  held.bytes -= bytes;
}

void AdmissionController::RecordBatch(Lane lane, int items,
                                      absl::Duration elapsed) {
  if (items <= 0) return;
  const absl::Duration sample = elapsed / items;
  const double fill = static_cast<double>(items) / max_batch_size_;
  const double weight =
      std::max(kLeastWeight, kFullBatchWeight * std::min(fill, 1.0));
  batching::MutexLock lock(mutex_);
  absl::Duration& average = time_per_item_[lane];
  average = average == absl::ZeroDuration()
                ? sample
                : average + weight * (sample - average);
}

void AdmissionController::SetTimePerItem(Lane lane, absl::Duration time) {
  batching::MutexLock lock(mutex_);
  time_per_item_[lane] = time;
}

absl::Duration AdmissionController::EstimatedWait(Line line) const {
  batching::MutexLock lock(mutex_);
  return LineWait(line);
}

int AdmissionController::inflight_items() const {
  batching::MutexLock lock(mutex_);
  return TotalItems();
}

size_t AdmissionController::inflight_bytes() const {
  batching::MutexLock lock(mutex_);
  size_t bytes = 0;
  for (const Priority priority : kPriorities) bytes += held_[priority].bytes;
  return bytes;
}

}  // namespace clip::server

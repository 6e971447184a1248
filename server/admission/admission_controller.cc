#include "server/admission/admission_controller.h"

#include <algorithm>
#include <cmath>

namespace clip::server {
namespace {

using batching::Backlog;
using batching::BatchWork;
using batching::kLanes;
using batching::kPriorities;
using batching::Lane;
using batching::Line;
using batching::OtherLines;
using batching::PerLane;
using batching::Priority;
using batching::WaitForecast;

// A call must be done this share of its predicted time before its deadline:
// batches differ from their prediction, and the answer has to travel.
constexpr double kReserve = 0.15;

// The advice to retry stays between "not at once, or the refusals themselves
// become the load" and "soon enough that a shorter queue gets used".
constexpr absl::Duration kShortestRetry = absl::Milliseconds(50);
constexpr absl::Duration kLongestRetry = absl::Seconds(30);

// Bulk work may hold one part in so many of what interactive calls may: enough
// for several batches, and memory that can be planned for.
constexpr int kBulkDivisor = 2;

AdmissionRefusal Refuse(RejectReason reason, absl::Duration wait) {
  return {reason, std::clamp(wait, kShortestRetry, kLongestRetry)};
}

int ItemsOf(const AdmissionRequest& request) {
  int items = 0;
  for (const Lane lane : kLanes) items += request.items[lane];
  return items;
}

// Until the first batch with an item of the call begins.
absl::Duration WaitOf(const AdmissionRequest& request,
                      const WaitForecast& forecast) {
  absl::Duration wait;
  for (const Lane lane : kLanes) {
    if (request.items[lane] == 0) continue;
    const Line line = {lane, request.priority};
    wait = std::max(wait, forecast.WaitOf(line, 1, OtherLines::kEnd));
  }
  // Decoding goes on while the device works, so the slower line counts.
  return std::max(wait, request.preprocess_wait);
}

// Until the last batch with an item of the call is done.
absl::Duration TimeToEnd(const AdmissionRequest& request,
                         const WaitForecast& forecast) {
  absl::Duration end;
  for (const Lane lane : kLanes) {
    const int items = request.items[lane];
    if (items == 0) continue;
    const Line line = {lane, request.priority};
    const absl::Duration begin =
        std::max(request.preprocess_wait,
                 forecast.WaitOf(line, items, OtherLines::kGoOn));
    end = std::max(end, begin + forecast.BatchTimeOf(line, items));
  }
  return end;
}

}  // namespace

AdmissionController::AdmissionController(
    const AdmissionOptions& options,
    const batching::WaitForecastOptions& forecast)
    : options_(options), forecast_(forecast) {}

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

void AdmissionController::AddItemsBeforeQueue(Backlog& backlog) const {
  for (const Line line : batching::kLines) {
    const int rows = held_[line.priority].before_queue[line.lane];
    const double length = std::max(1.0, backlog.row_length[line.lane]);
    BatchWork& waiting = backlog.waiting[line];
    waiting.rows += rows;
    waiting.positions += std::llround(rows * length);
  }
}

absl::Duration AdmissionController::TimeToFree(
    int items, const WaitForecast& forecast) const {
  const int total = TotalItems();
  if (total == 0) return absl::ZeroDuration();
  const double share = static_cast<double>(std::min(items, total)) / total;
  return share * forecast.TimeToFinish();
}

std::optional<AdmissionRefusal> AdmissionController::CheckRoom(
    const AdmissionRequest& request, const WaitForecast& forecast) const {
  const Held& held = held_[request.priority];
  const int wanted = ItemsOf(request);
  const int total = held.TotalItems();
  if (total == 0 && wanted <= options_.max_queue_items) return std::nullopt;
  const int excess = total + wanted - MaxItems(request.priority);
  if (excess > 0) {
    return Refuse(RejectReason::kQueueFull, TimeToFree(excess, forecast));
  }
  if (held.bytes + request.bytes > MaxBytes(request.priority)) {
    return Refuse(RejectReason::kBytes, TimeToFree(wanted, forecast));
  }
  return std::nullopt;
}

std::optional<AdmissionRefusal> AdmissionController::CheckTime(
    const AdmissionRequest& request, const WaitForecast& forecast,
    absl::Duration left) const {
  if (TotalItems() == 0) return std::nullopt;
  const absl::Duration wait = WaitOf(request, forecast);
  if (wait >= options_.max_queue_delay) {
    return Refuse(RejectReason::kWait, wait - options_.max_queue_delay);
  }
  const absl::Duration end = (1 + kReserve) * TimeToEnd(request, forecast);
  if (end >= left) return Refuse(RejectReason::kDeadline, end - left);
  return std::nullopt;
}

AdmissionResult AdmissionController::Admit(const AdmissionRequest& request,
                                           absl::Time now) {
  const absl::Duration left = request.deadline - now;
  if (left <= absl::ZeroDuration()) {
    return AdmissionRefusal{RejectReason::kDeadline, absl::ZeroDuration()};
  }
  Backlog backlog = request.backlog;
  batching::MutexLock lock(mutex_);
  AddItemsBeforeQueue(backlog);
  const WaitForecast forecast(backlog, forecast_);
  if (auto refusal = CheckRoom(request, forecast)) return *refusal;
  if (auto refusal = CheckTime(request, forecast, left)) return *refusal;
  Held& held = held_[request.priority];
  for (const Lane lane : kLanes) {
    held.items[lane] += request.items[lane];
    held.before_queue[lane] += request.items[lane];
  }
  held.bytes += request.bytes;
  return AdmissionPermit(*this, request.priority, request.items, request.bytes);
}

void AdmissionController::LeaveForQueue(Priority priority,
                                        const PerLane<int>& items) {
  batching::MutexLock lock(mutex_);
  Held& held = held_[priority];
  for (const Lane lane : kLanes) held.before_queue[lane] -= items[lane];
}

void AdmissionController::Release(Priority priority, const PerLane<int>& items,
                                  size_t bytes) {
  batching::MutexLock lock(mutex_);
  Held& held = held_[priority];
  for (const Lane lane : kLanes) held.items[lane] -= items[lane];
  held.bytes -= bytes;
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

#ifndef SERVER_ADMISSION_ADMISSION_CONTROLLER_H_
#define SERVER_ADMISSION_ADMISSION_CONTROLLER_H_

#include <cstddef>
#include <optional>
#include <variant>

#include "absl/time/time.h"
#include "server/admission/admission_options.h"
#include "server/admission/admission_permit.h"
#include "server/admission/reject_reason.h"
#include "server/batching/backlog.h"
#include "server/batching/lane.h"
#include "server/batching/line.h"
#include "server/batching/mutex.h"
#include "server/batching/priority.h"
#include "server/batching/wait_forecast.h"

namespace clip::server {

// What a call would hold.
struct AdmissionRequest {
  batching::Priority priority = batching::Priority::kInteractive;
  batching::PerLane<int> items;
  size_t bytes = 0;
  absl::Time deadline = absl::InfiniteFuture();
  // How long its items would wait for a decoding thread.
  absl::Duration preprocess_wait;
  // What stands in the queue before its items.
  batching::Backlog backlog;
};

// Why a call may not enter, and when it is worth another try; zero = no
// advice, since waiting would not help.
struct AdmissionRefusal {
  RejectReason reason = RejectReason::kQueueFull;
  absl::Duration retry_after;
};

using AdmissionResult = std::variant<AdmissionPermit, AdmissionRefusal>;

// Decides at the door which calls the pipeline takes, so that what it takes is
// answered in time, and the rest hears so at once instead of after a wait.
//
// The wait is predicted from the rows in front, those in the queue and those
// still being decoded, by what batches take (WaitForecast). A call with a
// deadline must moreover be computed before it, where the other lines go on
// taking their share. A pipeline that holds nothing admits everything: a wrong
// prediction is always corrected by new measurements, and a call that waits for
// room is let in by the end of the last one in work, if by no other.
//
// Each priority has a budget of items and bytes of its own.
//
// Thread-safe. Time is an argument.
class AdmissionController {
 public:
  AdmissionController(const AdmissionOptions& options,
                      const batching::WaitForecastOptions& forecast);
  // REQUIRES: every permit has been released.
  ~AdmissionController() = default;

  // A permit for the whole call, or the first reason against it, in the order
  // deadline, items, bytes, wait. A call that alone is above its budget is
  // admitted where nothing else of its priority is in flight, though never
  // with more than max_queue_items.
  AdmissionResult Admit(const AdmissionRequest& request, absl::Time now);

  // Accepted and not yet released.
  int inflight_items() const;
  size_t inflight_bytes() const;

 private:
  friend class AdmissionPermit;

  // What the calls of one priority hold.
  struct Held {
    batching::PerLane<int> items;
    size_t bytes = 0;
    // Those of the items that are not in the queue yet.
    batching::PerLane<int> before_queue;
    int TotalItems() const;
  };

  // The items of a call leave for the queue, or need not go there any more.
  void LeaveForQueue(batching::Priority priority,
                     const batching::PerLane<int>& items);
  void Release(batching::Priority priority, const batching::PerLane<int>& items,
               size_t bytes);

  int MaxItems(batching::Priority priority) const;
  size_t MaxBytes(batching::Priority priority) const;
  int TotalItems() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // The items in front that are not in the queue yet come to the backlog.
  void AddItemsBeforeQueue(batching::Backlog& backlog) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  std::optional<AdmissionRefusal> CheckRoom(
      const AdmissionRequest& request,
      const batching::WaitForecast& forecast) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  std::optional<AdmissionRefusal> CheckTime(
      const AdmissionRequest& request, const batching::WaitForecast& forecast,
      absl::Duration left) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // How long until room for `items` has been freed.
  absl::Duration TimeToFree(int items,
                            const batching::WaitForecast& forecast) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const AdmissionOptions options_;
  const batching::WaitForecastOptions forecast_;

  mutable batching::Mutex mutex_;
  batching::PerPriority<Held> held_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace clip::server

#endif  // SERVER_ADMISSION_ADMISSION_CONTROLLER_H_

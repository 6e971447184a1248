#ifndef SERVER_ADMISSION_ADMISSION_CONTROLLER_H_
#define SERVER_ADMISSION_ADMISSION_CONTROLLER_H_

#include <cstddef>
#include <variant>

#include "absl/time/time.h"
#include "server/admission/admission_options.h"
#include "server/admission/admission_permit.h"
#include "server/admission/reject_reason.h"
#include "server/batching/lane.h"
#include "server/batching/line.h"
#include "server/batching/mutex.h"
#include "server/batching/priority.h"

namespace clip::server {

// What a call would hold.
struct AdmissionRequest {
  batching::Priority priority = batching::Priority::kInteractive;
  batching::PerLane<int> items;
  size_t bytes = 0;
  absl::Time deadline = absl::InfiniteFuture();
  // How long its items would wait for a decoding thread.
  absl::Duration preprocess_wait;
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
// The wait is estimated from the items ahead and from the device time that an
// item of each lane has been taking. Only the wait counts, not the call's own
// time: an idle pipeline admits everything, so a wrong estimate is always
// corrected by new measurements.
//
// Each priority has a budget of items and bytes of its own.
//
// Thread-safe. Time is an argument.
class AdmissionController {
 public:
  // `executor_threads` batches run at the same time, of `max_batch_size`.
  AdmissionController(const AdmissionOptions& options, int max_batch_size,
                      int executor_threads);
  // REQUIRES: every permit has been released.
  ~AdmissionController() = default;

  // A permit for the whole call, or the first reason against it, in the order
  // deadline, items, bytes, wait. A call that alone is above its budget is
  // admitted where nothing else of its priority is in flight, though never
  // with more than max_queue_items.
  AdmissionResult Admit(const AdmissionRequest& request, absl::Time now);

  // Learns from a batch of `items` that took `elapsed` on the device. Full
  // batches teach most: the estimate is for a time of load.
  void RecordBatch(batching::Lane lane, int items, absl::Duration elapsed);

  // Replaces what has been learned, which after a cold start is too slow.
  void SetTimePerItem(batching::Lane lane, absl::Duration time);

  // How long an item of `line` that came now would wait for its batch.
  absl::Duration EstimatedWait(batching::Line line) const;

  // Accepted and not yet released.
  int inflight_items() const;
  size_t inflight_bytes() const;

 private:
  friend class AdmissionPermit;

  // What the calls of one priority hold.
  struct Held {
    batching::PerLane<int> items;
    size_t bytes = 0;
    int TotalItems() const;
  };

  void Release(batching::Priority priority, const batching::PerLane<int>& items,
               size_t bytes);

  int MaxItems(batching::Priority priority) const;
  size_t MaxBytes(batching::Priority priority) const;
  int TotalItems() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Duration WorkAhead(batching::Line line) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // How long the work of `priority` holds up an item of `lane`.
  absl::Duration PriorityWait(batching::Lane lane,
                              batching::Priority priority) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Duration LineWait(batching::Line line) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // The longest that a bulk batch which runs already can take.
  absl::Duration RunningBulkBatch() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Duration CallWait(const AdmissionRequest& request) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // How long until `items` of those in flight are done.
  absl::Duration TimeToFinish(int items) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const AdmissionOptions options_;
  const int max_batch_size_;
  const int executor_threads_;

  mutable batching::Mutex mutex_;
  batching::PerPriority<Held> held_ ABSL_GUARDED_BY(mutex_);
  // Zero while unknown.
  batching::PerLane<absl::Duration> time_per_item_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace clip::server

#endif  // SERVER_ADMISSION_ADMISSION_CONTROLLER_H_

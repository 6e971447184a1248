#ifndef SERVER_BATCHING_BATCH_QUEUE_H_
#define SERVER_BATCHING_BATCH_QUEUE_H_

#include <deque>
#include <memory>
#include <optional>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "server/batching/batch.h"
#include "server/batching/batch_observer.h"
#include "server/batching/batch_policy.h"
#include "server/batching/batch_task.h"
#include "server/batching/batch_time_model.h"
#include "server/batching/clock.h"
#include "server/batching/fair_share.h"
#include "server/batching/lane.h"
#include "server/batching/line.h"
#include "server/batching/mutex.h"
#include "server/batching/queue_summary.h"

namespace clip::batching {

struct BatchQueueOptions {
  // Most waiting tasks of each line. The real limit is set by admission, which
  // also counts what is decoded and computed; this one is a backstop.
  int max_items_per_line = 1024;
  BatchPolicyOptions policy;
};

// A bounded first-in-first-out line for each lane and priority, from which
// executors take batches when the policy says so.
//
// Thread-safe. Owns the tasks in it. `clock` and `observer` must outlive it.
// Tasks are completed, the observer is called and waiters are woken under no
// lock. Tasks past their deadline and cancelled ones are failed when a batch
// forms, not before.
class BatchQueue {
 public:
  BatchQueue(const BatchQueueOptions& options, Clock& clock,
             BatchObserver& observer);
  // Fails what is left with UNAVAILABLE.
  ~BatchQueue();

  // Queues all of `tasks` at once, or fails all of them: with
  // RESOURCE_EXHAUSTED where a line is full, UNAVAILABLE where the queue is
  // closed. Does not block.
  void Push(std::vector<std::unique_ptr<BatchTask>> tasks);

  // Waits until a batch is due and takes it; nothing when the queue is closed
  // and empty.
  std::optional<Batch> Take();

  // The same without waiting: nothing where no batch is due at the clock's
  // time.
  std::optional<Batch> TryTake();

  // Tells the queue what a batch of `rows` cost, for the fair share of its line
  // and for what it knows of the lane's times.
  void RecordBatch(Line line, int rows, absl::Duration elapsed);

  // Refuses new tasks; those in it are still handed out, without delay.
  void Close();

  // Closes, and fails every waiting task with `status`.
  void Abort(const absl::Status& status);

  // Tasks that wait, of both priorities.
  int size(Lane lane) const;

 private:
  struct LineState {
    std::deque<std::unique_ptr<BatchTask>> tasks;
    absl::Duration batch_time;
  };
  // What left the queue under the lock, to be reported after it.
  struct Taken {
    Batch batch;
    std::vector<std::unique_ptr<BatchTask>> expired;
    std::vector<std::unique_ptr<BatchTask>> cancelled;
    bool empty() const {
      return batch.tasks.empty() && expired.empty() && cancelled.empty();
    }
  };

  absl::Status CheckRoom(const std::vector<std::unique_ptr<BatchTask>>& tasks)
      const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  QueueSummary Summarize(absl::Time now) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // What a latency target needs to know of a line.
  void AddTimes(Line line, absl::Time now, LineSummary& out) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  Taken Remove(const TakeBatch& decision, absl::Time now)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Removes what is due; where that is nothing and `wait` is set, waits for a
  // change first. `finished` tells that nothing will ever be due.
  Taken TakeOrWait(bool wait, bool& finished);
  void Report(const Taken& taken, absl::Time now);

  const BatchQueueOptions options_;
  const BatchPolicy policy_;
  Clock& clock_;
  BatchObserver& observer_;

  mutable Mutex mutex_;
  CondVar changed_;
  PerLine<LineState> lines_ ABSL_GUARDED_BY(mutex_);
  PerLane<BatchTimeModel> times_ ABSL_GUARDED_BY(mutex_);
  FairShare share_ ABSL_GUARDED_BY(mutex_);
  bool closed_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace clip::batching

#endif  // SERVER_BATCHING_BATCH_QUEUE_H_

#ifndef SERVER_BATCHING_BATCH_QUEUE_H_
#define SERVER_BATCHING_BATCH_QUEUE_H_

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "server/batching/backlog.h"
#include "server/batching/batch.h"
#include "server/batching/batch_observer.h"
#include "server/batching/batch_policy.h"
#include "server/batching/batch_task.h"
#include "server/batching/batch_time_model.h"
#include "server/batching/clock.h"
#include "server/batching/fair_share.h"
#include "server/batching/lane.h"
#include "server/batching/length_range.h"
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

  // A batch has ended after `elapsed` on the device: counted for the fair share
  // of its line, and learned from. Every batch that was taken ends this way.
  void RecordBatch(const Batch& batch, absl::Duration elapsed);

  // Forgets what the lane's batches have taken, those that still run included:
  // a cold start teaches nothing.
  void ForgetTimes(Lane lane);

  // What stands before a row that would come now.
  Backlog backlog() const;

  // Refuses new tasks; those in it are still handed out, without delay.
  void Close();

  // Closes, and fails every waiting task with `status`.
  void Abort(const absl::Status& status);

  // Tasks that wait, of both priorities.
  int size(Lane lane) const;

 private:
  // What the batch was, once it has run.
  BatchWork ComputedBy(const Batch& batch) const;
  struct LineState {
    std::deque<std::unique_ptr<BatchTask>> tasks;
    // Sum of the tasks' lengths.
    int64_t length = 0;
    // Rows of a batch, a running average; 0 before the first.
    double batch_rows = 0;
  };
  // What has been learned of a lane.
  struct LaneState {
    BatchTimeModel times;
    // Batches up to this number teach nothing.
    int64_t forgotten = 0;
    // Length of a task, and positions of a batch for each position that its
    // tasks have by themselves: running averages, 0 before the first.
    double length = 0;
    double padding = 0;
  };
  struct Running {
    int64_t number = 0;
    Line line;
    absl::Duration predicted;
    absl::Time expected_end;
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
  void Add(std::unique_ptr<BatchTask> task, absl::Time now)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void AddRows(Line line, absl::Time now, LineSummary& out) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // What the next batch would be if it took rows by age.
  void AddNextBatch(Line line, LineSummary& out) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void AddLine(Line line, Backlog& out) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Takes note of a batch that begins.
  void Begin(Batch& batch, absl::Time now)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Sorts a task into `taken`, or gives it back where it stays in line.
  std::unique_ptr<BatchTask> TakeOut(std::unique_ptr<BatchTask> task,
                                     const LengthRange& lengths, absl::Time now,
                                     Taken& taken)
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
  PerLane<LaneState> lanes_ ABSL_GUARDED_BY(mutex_);
  std::vector<Running> running_ ABSL_GUARDED_BY(mutex_);
  int64_t last_number_ ABSL_GUARDED_BY(mutex_) = 0;
  FairShare share_ ABSL_GUARDED_BY(mutex_);
  bool closed_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace clip::batching

#endif  // SERVER_BATCHING_BATCH_QUEUE_H_

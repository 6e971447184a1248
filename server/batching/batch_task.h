#ifndef SERVER_BATCHING_BATCH_TASK_H_
#define SERVER_BATCHING_BATCH_TASK_H_

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "server/batching/lane.h"
#include "server/batching/line.h"

namespace clip::batching {

// One row of a batch. What the row holds and where its result goes is known
// only to the derived class and to the function that runs batches.
//
// Owned by one thread at a time: its maker, then the queue, then the executor.
// It ends exactly once, by a derived class's success or by Fail; the executor
// fails every task that a batch left unended, so no caller waits for ever.
class BatchTask {
 public:
  // The row may not be computed after `deadline`; InfiniteFuture = no limit.
  // `length`: positions of a batch of this row alone, at least 1; see
  // BatchWork.
  BatchTask(Line line, absl::Time deadline, int length = 1)
      : line_(line), deadline_(deadline), length_(length), computed_(length) {}
  virtual ~BatchTask() = default;
  BatchTask(const BatchTask&) = delete;
  BatchTask& operator=(const BatchTask&) = delete;

  // True where nobody waits for the result any more. Quick: asked under the
  // queue's lock.
  virtual bool IsCancelled() const = 0;

  // Ends the task without a result. Does nothing where it has ended. Runs the
  // derived class's completion, so it must be called under no lock.
  void Fail(const absl::Status& status) {
    if (End()) OnFailed(status);
  }

  bool ended() const { return ended_; }
  Line line() const { return line_; }
  Lane lane() const { return line_.lane; }
  absl::Time deadline() const { return deadline_; }
  bool IsExpired(absl::Time now) const { return now >= deadline_; }
  int length() const { return length_; }

  // Positions that its batch computed for it, where rows are not padded: fewer
  // than length() where it shares some with another row, which has them. Set by
  // the function that runs batches.
  int computed() const { return computed_; }
  void set_computed(int positions) { computed_ = positions; }

  // When the queue took the task; set by the queue.
  absl::Time enqueued_at() const { return enqueued_at_; }
  void set_enqueued_at(absl::Time time) { enqueued_at_ = time; }

 protected:
  // True the first time: the caller is the one who completes the task.
  bool End() {
    const bool first = !ended_;
    ended_ = true;
    return first;
  }

  virtual void OnFailed(const absl::Status& status) = 0;

 private:
  const Line line_;
  const absl::Time deadline_;
  const int length_;
  int computed_;
  absl::Time enqueued_at_ = absl::InfinitePast();
  bool ended_ = false;
};

}  // namespace clip::batching

#endif  // SERVER_BATCHING_BATCH_TASK_H_

#ifndef TESTS_TESTING_FAKE_BATCH_TASK_H_
#define TESTS_TESTING_FAKE_BATCH_TASK_H_

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "server/batching/batch_task.h"
#include "server/batching/line.h"
#include "server/batching/mutex.h"

namespace clip::testing {

// What became of a FakeBatchTask, kept beyond the task's life. Thread-safe.
class TaskOutcome {
 public:
  void Complete(absl::Status status) {
    {
      batching::MutexLock lock(mutex_);
      ++completions_;
      status_ = std::move(status);
    }
    completed_.NotifyAll();
  }
  void Cancel() { cancelled_.store(true); }
  bool cancelled() const { return cancelled_.load(); }

  // Blocks until the task has ended.
  absl::Status Await() {
    batching::MutexLock lock(mutex_);
    while (completions_ == 0) completed_.Wait(mutex_);
    return *status_;
  }
  int completions() const {
    batching::MutexLock lock(mutex_);
    return completions_;
  }
  // How it ended, or nothing.
  std::optional<absl::Status> status() const {
    batching::MutexLock lock(mutex_);
    return status_;
  }

 private:
  mutable batching::Mutex mutex_;
  batching::CondVar completed_;
  int completions_ ABSL_GUARDED_BY(mutex_) = 0;
  std::optional<absl::Status> status_ ABSL_GUARDED_BY(mutex_);
  std::atomic<bool> cancelled_{false};
};

// A task without content that tells how it ended.
class FakeBatchTask final : public batching::BatchTask {
 public:
  explicit FakeBatchTask(std::shared_ptr<TaskOutcome> outcome,
                         batching::Line line = {},
                         absl::Time deadline = absl::InfiniteFuture(),
                         int length = 1)
      : BatchTask(line, deadline, length), outcome_(std::move(outcome)) {}

  bool IsCancelled() const override { return outcome_->cancelled(); }
  void Succeed() {
    if (End()) outcome_->Complete(absl::OkStatus());
  }

 private:
  void OnFailed(const absl::Status& status) override {
    // A copy of its own: ThreadSanitizer does not see how an uninstrumented
    // abseil counts the references to a shared one.
    outcome_->Complete(
        absl::Status(status.code(), std::string(status.message())));
  }

  const std::shared_ptr<TaskOutcome> outcome_;
};

}  // namespace clip::testing

#endif  // TESTS_TESTING_FAKE_BATCH_TASK_H_

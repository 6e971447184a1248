#ifndef TESTS_TESTING_MANUAL_EXECUTOR_H_
#define TESTS_TESTING_MANUAL_EXECUTOR_H_

#include <optional>

#include "server/batching/batch.h"
#include "server/batching/batch_queue.h"
#include "server/batching/batch_worker.h"

namespace clip::testing {

// An executor without a thread: a test turns its crank.
class ManualExecutor {
 public:
  ManualExecutor(batching::BatchQueue& queue, batching::BatchWorker& worker)
      : queue_(queue), worker_(worker) {}

  // Takes and runs one batch. False where none is due.
  bool RunOne() {
    const std::optional<batching::Batch> batch = queue_.TryTake();
    if (!batch) return false;
    worker_.Run(*batch);
    return true;
  }

  // Runs until nothing is due; returns the number of batches.
  int RunAll() {
    int batches = 0;
    while (RunOne()) ++batches;
    return batches;
  }

 private:
  batching::BatchQueue& queue_;
  batching::BatchWorker& worker_;
};

}  // namespace clip::testing

#endif  // TESTS_TESTING_MANUAL_EXECUTOR_H_

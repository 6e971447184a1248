#ifndef SERVER_BATCHING_BATCH_EXECUTOR_H_
#define SERVER_BATCHING_BATCH_EXECUTOR_H_

#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/time/time.h"
#include "server/batching/batch_observer.h"
#include "server/batching/batch_queue.h"
#include "server/batching/batch_worker.h"
#include "server/batching/clock.h"
#include "server/batching/mutex.h"

namespace clip::batching {

struct BatchExecutorOptions {
  // Batches that each run function runs at the same time, at least 1.
  int threads = 1;
  // Of the threads; a number is added.
  std::string name = "batch";
};

// A fixed number of threads that take batches from a queue and run them. Where
// there are several devices, each has a run function and threads of its own:
// whichever is free takes the next batch.
//
// Thread-safe. The references must outlive it.
class BatchExecutor {
 public:
  // Starts the threads: options.threads for each of `runs`, of which there is
  // at least one.
  BatchExecutor(const BatchExecutorOptions& options,
                const std::vector<RunBatch>& runs, BatchQueue& queue,
                Clock& clock, BatchObserver& observer);
  // One run function.
  BatchExecutor(const BatchExecutorOptions& options, const RunBatch& run,
                BatchQueue& queue, Clock& clock, BatchObserver& observer);
  // As Stop.
  ~BatchExecutor();

  // Closes the queue, runs what is in it, and joins the threads. May be called
  // again; not from a completion.
  void Stop();

  // When a batch last ended or, before the first, of construction.
  absl::Time last_progress() const;

  // How long the batch that has been running longest has been running; zero
  // where none runs.
  absl::Duration LongestRunning(absl::Time now) const;

 private:
  void TakeAndRun(BatchWorker& worker);

  BatchQueue& queue_;
  std::vector<std::unique_ptr<BatchWorker>> workers_;
  Mutex stop_mutex_;
  // Last: the threads use all of the above.
  std::vector<std::thread> threads_ ABSL_GUARDED_BY(stop_mutex_);
};

}  // namespace clip::batching

#endif  // SERVER_BATCHING_BATCH_EXECUTOR_H_

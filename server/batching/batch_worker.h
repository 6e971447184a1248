#ifndef SERVER_BATCHING_BATCH_WORKER_H_
#define SERVER_BATCHING_BATCH_WORKER_H_

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>

#include "absl/time/time.h"
#include "absl/types/span.h"
#include "server/batching/batch.h"
#include "server/batching/batch_observer.h"
#include "server/batching/batch_queue.h"
#include "server/batching/clock.h"
#include "server/batching/lane.h"

namespace clip::batching {

// Computes the tasks of one batch and completes each of them. Called under no
// lock, by several executor threads at a time. May throw.
using RunBatch = std::function<void(
    Lane lane, absl::Span<const std::unique_ptr<BatchTask>> tasks)>;

// What one executor thread does with a batch: runs it, answers for what the
// run function left unanswered, measures, and keeps the heartbeat. It has no
// thread of its own, so tests turn it by hand.
//
// Run is for one thread; the heartbeat may be read from any. The references
// must outlive it.
class BatchWorker {
 public:
  BatchWorker(RunBatch run, BatchQueue& queue, Clock& clock,
              BatchObserver& observer);

  // Every task of `batch` has ended when it returns, even where the run
  // function throws: then with INTERNAL.
  void Run(const Batch& batch);

  // Since when the batch that runs now has been running; InfiniteFuture where
  // none runs.
  absl::Time running_since() const;

  // When a batch last ended or, before the first, of construction.
  absl::Time last_progress() const;

 private:
  void RunAndCatch(const Batch& batch);

  const RunBatch run_;
  BatchQueue& queue_;
  Clock& clock_;
  BatchObserver& observer_;
  // Nanoseconds of Unix time on `clock_`.
  std::atomic<int64_t> running_since_;
  std::atomic<int64_t> last_progress_;
};

}  // namespace clip::batching

#endif  // SERVER_BATCHING_BATCH_WORKER_H_

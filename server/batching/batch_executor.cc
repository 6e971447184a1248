#include "server/batching/batch_executor.h"

#include <algorithm>

#include "fmt/format.h"
#include "server/batching/thread_name.h"

namespace clip::batching {

BatchExecutor::BatchExecutor(const BatchExecutorOptions& options,
                             const RunBatch& run, BatchQueue& queue,
                             Clock& clock, BatchObserver& observer)
    : queue_(queue) {
  for (int i = 0; i < options.threads; ++i) {
    workers_.push_back(
        std::make_unique<BatchWorker>(run, queue, clock, observer));
  }
  MutexLock lock(stop_mutex_);
  for (int i = 0; i < options.threads; ++i) {
    threads_.emplace_back([this, worker = workers_[i].get(),
                           name = fmt::format("{}-{}", options.name, i)] {
      SetThreadName(name);
      TakeAndRun(*worker);
    });
  }
}

BatchExecutor::~BatchExecutor() { Stop(); }

void BatchExecutor::TakeAndRun(BatchWorker& worker) {
  while (const std::optional<Batch> batch = queue_.Take()) worker.Run(*batch);
}

void BatchExecutor::Stop() {
  queue_.Close();
  MutexLock lock(stop_mutex_);
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
}

absl::Time BatchExecutor::last_progress() const {
  absl::Time latest = absl::InfinitePast();
  for (const auto& worker : workers_) {
    latest = std::max(latest, worker->last_progress());
  }
  return latest;
}

absl::Duration BatchExecutor::LongestRunning(absl::Time now) const {
  absl::Duration longest = absl::ZeroDuration();
  for (const auto& worker : workers_) {
    longest = std::max(longest, now - worker->running_since());
  }
  return longest;
}

}  // namespace clip::batching

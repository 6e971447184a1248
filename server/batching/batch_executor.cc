#include "server/batching/batch_executor.h"

#include <algorithm>

#include "fmt/format.h"
#include "server/batching/thread_name.h"

namespace clip::batching {

BatchExecutor::BatchExecutor(const BatchExecutorOptions& options,
                             const std::vector<RunBatch>& runs,
                             BatchQueue& queue, Clock& clock,
                             BatchObserver& observer)
    : queue_(queue) {
  for (const RunBatch& run : runs) {
    for (int i = 0; i < options.threads; ++i) {
      workers_.push_back(
          std::make_unique<BatchWorker>(run, queue, clock, observer));
    }
  }
  MutexLock lock(stop_mutex_);
  for (size_t i = 0; i < workers_.size(); ++i) {
    threads_.emplace_back([this, worker = workers_[i].get(),
                           name = fmt::format("{}-{}", options.name, i)] {
      SetThreadName(name);
      TakeAndRun(*worker);
    });
  }
}

BatchExecutor::BatchExecutor(const BatchExecutorOptions& options,
                             const RunBatch& run, BatchQueue& queue,
                             Clock& clock, BatchObserver& observer)
    : BatchExecutor(options, std::vector<RunBatch>{run}, queue, clock,
                    observer) {}

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

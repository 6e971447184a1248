#include "server/batching/batch_worker.h"

#include <exception>
#include <limits>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "fmt/format.h"

namespace clip::batching {
namespace {

constexpr int64_t kIdle = std::numeric_limits<int64_t>::max();

void FailUnended(const Batch& batch, const std::string& reason) {
  for (const auto& task : batch.tasks) {
    task->Fail(absl::InternalError(reason));
  }
}

}  // namespace

BatchWorker::BatchWorker(RunBatch run, BatchQueue& queue, Clock& clock,
                         BatchObserver& observer)
    : run_(std::move(run)),
      queue_(queue),
      clock_(clock),
      observer_(observer),
      running_since_(kIdle),
      last_progress_(absl::ToUnixNanos(clock.Now())) {}

void BatchWorker::RunAndCatch(const Batch& batch) {
  try {
    run_(batch.line.lane, batch.tasks);
    FailUnended(batch, "the batch gave no result for the item");
  } catch (const std::exception& error) {
    FailUnended(batch, fmt::format("the batch failed: {}", error.what()));
  } catch (...) {
    FailUnended(batch, "the batch failed");
  }
}

void BatchWorker::Run(const Batch& batch) {
  const absl::Time start = clock_.Now();
  running_since_.store(absl::ToUnixNanos(start), std::memory_order_relaxed);
  RunAndCatch(batch);
  const absl::Time end = clock_.Now();
  last_progress_.store(absl::ToUnixNanos(end), std::memory_order_relaxed);
  running_since_.store(kIdle, std::memory_order_relaxed);
  const absl::Duration elapsed = end - start;
  const Lane lane = batch.line.lane;
  queue_.RecordBatch(batch, elapsed);
  observer_.OnBatchFinished(lane, static_cast<int>(batch.tasks.size()),
                            elapsed);
  if (batch.predicted > absl::ZeroDuration()) {
    observer_.OnBatchTimeKnown(lane, batch.predicted, elapsed);
  }
}

absl::Time BatchWorker::running_since() const {
  const int64_t since = running_since_.load(std::memory_order_relaxed);
  return since == kIdle ? absl::InfiniteFuture() : absl::FromUnixNanos(since);
}

absl::Time BatchWorker::last_progress() const {
  return absl::FromUnixNanos(last_progress_.load(std::memory_order_relaxed));
}

}  // namespace clip::batching

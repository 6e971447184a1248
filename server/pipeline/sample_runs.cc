#include "server/pipeline/sample_runs.h"

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "model/base/status_macros.h"
#include "server/batching/mutex.h"
#include "server/pipeline/pipeline_call.h"

namespace clip::server {

using batching::Lane;

namespace {

// Token ids of a short text: as few as models that pad tell apart.
constexpr int kShortText = 8;

// A longer batch would hold up the start.
constexpr absl::Duration kLongBatch = absl::Seconds(1);

}  // namespace

// What became of the batches, and who waits for them.
class SampleRuns::Batches {
 public:
  explicit Batches(int count) : missing_(count) {}

  void OnDone(const CallResult& result) {
    batching::MutexLock lock(mutex_);
    --missing_;
    // Not the call's own, which the batch thread goes on holding.
    if (status_.ok()) {
      status_ = absl::Status(result.status.code(), result.status.message());
    }
    slowest_ = std::max(slowest_, result.timing.forward);
    // Under the lock: the waiter destroys the condition once nothing is
    // missing.
    ended_.NotifyAll();
  }

  absl::StatusOr<absl::Duration> Await() {
    batching::MutexLock lock(mutex_);
    while (missing_ > 0) ended_.Wait(mutex_);
    CLIP_RETURN_IF_ERROR(status_);
    return slowest_;
  }

 private:
  batching::Mutex mutex_;
  batching::CondVar ended_;
  int missing_ ABSL_GUARDED_BY(mutex_);
  absl::Status status_ ABSL_GUARDED_BY(mutex_);
  absl::Duration slowest_ ABSL_GUARDED_BY(mutex_);
};

void SampleRuns::Push(std::vector<PreparedRow> samples, Batches& batches) {
  PipelineCall::Parts parts;
  parts.items.resize(samples.size());
  parts.accepted_at = clock_.Now();
  parts.on_ended = [] {};
  parts.done = [&batches](const CallResult& result) { batches.OnDone(result); };
  queue_.Push(MakeRowTasks(std::make_shared<PipelineCall>(std::move(parts)),
                           std::move(samples)));
}

absl::StatusOr<absl::Duration> SampleRuns::TimeBatch(const Sample& sample,
                                                     int rows) {
  Batches batches(executors_);
  meeting_.Expect(executors_);
  for (int i = 1; i <= executors_; ++i) {
    std::vector<PreparedRow> samples;
    samples.reserve(rows);
    for (int row = 0; row < rows; ++row) samples.push_back(sample(row));
    Push(std::move(samples), batches);
    // The next only when a thread has taken this one: a thread takes all that
    // waits.
    meeting_.AwaitArrivals(i);
  }
  return batches.Await();
}

absl::Status SampleRuns::TryShortTexts(int rows) {
  const Sample short_text = [&](int number) {
    return preprocessor_.SampleText(kShortText, number);
  };
  const int longest = preprocessor_.SampleRow(Lane::kText).length;
  if (longest <= kShortText || short_text(0).length == longest) {
    return absl::OkStatus();
  }
  return TimeBatch(short_text, rows).status();
}

absl::Status SampleRuns::WarmUp(Lane lane, const WarmUpSizes& sizes) {
  const Sample longest = [&](int number) {
    return preprocessor_.SampleRow(lane, number);
  };
  CLIP_RETURN_IF_ERROR(TimeBatch(longest, 1).status());
  // That was the price of a cold start, which the queue's times should not
  // know.
  queue_.ForgetTimes(lane);
  int rows = 1;
  while (true) {
    CLIP_ASSIGN_OR_RETURN(const absl::Duration time, TimeBatch(longest, rows));
    const int next = std::min(sizes.growth * rows, sizes.max_rows);
    if (next == rows || time * next / rows > kLongBatch) break;
    rows = next;
  }
  return lane == Lane::kText ? TryShortTexts(rows) : absl::OkStatus();
}

}  // namespace clip::server

#include "server/pipeline/sample_runs.h"

#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "model/base/status_macros.h"
#include "server/batching/mutex.h"
#include "server/pipeline/pipeline_call.h"
#include "server/pipeline/row_owner.h"
#include "server/pipeline/row_task.h"

namespace clip::server {
namespace {

using batching::Lane;

// Token ids of a short text: as few as the models tell apart.
constexpr int kShortText = 8;

// The owner of a sample row, whose result does not matter.
class NobodysRows final : public RowOwner {
 public:
  bool IsCancelled() const override { return false; }
  void OnRowDone(size_t /*index*/, RowResult /*result*/) override {}
};

}  // namespace

bool SampleRuns::RowSucceeds(Lane lane) {
  std::vector<std::unique_ptr<batching::BatchTask>> task;
  task.push_back(std::make_unique<RowTask>(std::make_shared<NobodysRows>(), 0,
                                           preprocessor_.SampleRow(lane),
                                           absl::InfiniteFuture()));
  return runner_.Run(lane, task).succeeded > 0;
}

absl::StatusOr<absl::Duration> SampleRuns::TimeRows(
    std::vector<PreparedRow> rows) {
  batching::Mutex mutex;
  batching::CondVar ended;
  std::optional<CallResult> result;
  PipelineCall::Parts parts;
  parts.items.resize(rows.size());
  parts.accepted_at = clock_.Now();
  parts.on_ended = [] {};
  parts.done = [&](CallResult call_result) {
    batching::MutexLock lock(mutex);
    result = std::move(call_result);
    // Under the lock: the waiter destroys the condition once it has the result.
    ended.NotifyAll();
  };
  queue_.Push(MakeRowTasks(std::make_shared<PipelineCall>(std::move(parts)),
                           std::move(rows)));
  batching::MutexLock lock(mutex);
  while (!result) ended.Wait(mutex);
  CLIP_RETURN_IF_ERROR(result->status);
  return result->timing.forward;
}

absl::StatusOr<absl::Duration> SampleRuns::TimeBatch(Lane lane, int rows) {
  std::vector<PreparedRow> samples;
  samples.reserve(rows);
  for (int i = 0; i < rows; ++i) {
    samples.push_back(preprocessor_.SampleRow(lane));
  }
  return TimeRows(std::move(samples));
}

absl::Status SampleRuns::TryShortTexts(int rows) {
  const int longest = preprocessor_.SampleRow(Lane::kText).length;
  if (longest <= kShortText) return absl::OkStatus();
  std::vector<PreparedRow> samples;
  samples.reserve(rows);
  for (int i = 0; i < rows; ++i) {
    samples.push_back(preprocessor_.SampleText(kShortText));
  }
  if (samples.front().length == longest) return absl::OkStatus();
  return TimeRows(std::move(samples)).status();
}

}  // namespace clip::server

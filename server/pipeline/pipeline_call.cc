#include "server/pipeline/pipeline_call.h"

#include <algorithm>
#include <utility>

#include "absl/cleanup/cleanup.h"
#include "server/pipeline/row_task.h"

namespace clip::server {
namespace {

// Whether an error says something of one item rather than of the whole call.
bool BlamesItem(const absl::Status& status) {
  return absl::IsInvalidArgument(status) || absl::IsInternal(status);
}

}  // namespace

PipelineCall::PipelineCall(Parts parts)
    : parts_(std::move(parts)),
      rows_(parts_.items.size()),
      results_(parts_.items.size()),
      items_left_(parts_.items.size()),
      rows_left_(parts_.items.size()) {}

bool PipelineCall::IsCancelled() const {
  // A call that has failed no longer needs its other rows.
  return failed_.load(std::memory_order_relaxed) ||
         (parts_.options.cancellation != nullptr &&
          parts_.options.cancellation->IsCancelled());
}

bool PipelineCall::WantsItem(size_t index, absl::Time now) {
  if (failed_.load(std::memory_order_relaxed)) {
    batching::MutexLock lock(mutex_);
    return failed_item_ > static_cast<int>(index);
  }
  if (IsCancelled()) {
    Fail(absl::CancelledError("the caller has gone"));
    return false;
  }
  if (now >= deadline()) {
    Fail(absl::DeadlineExceededError(
        "the deadline passed while the call was waiting"));
    return false;
  }
  return true;
}

void PipelineCall::OnItemPrepared(size_t index, PreparedRow row) {
  results_[index].token_count = row.token_count;
  results_[index].truncated = row.truncated;
  rows_[index] = std::move(row);
}

void PipelineCall::OnItemFailed(size_t index, absl::Status status) {
  const int item = static_cast<int>(index);
  batching::MutexLock lock(mutex_);
  const bool first = failure_.ok();
  const bool earlier_item = failed_item_ > item && BlamesItem(status);
  if (!first && !earlier_item) return;
  failed_item_ = BlamesItem(status) ? item : -1;
  failure_ = std::move(status);
  failed_.store(true, std::memory_order_relaxed);
}

void PipelineCall::Fail(absl::Status status) {
  batching::MutexLock lock(mutex_);
  if (!failure_.ok()) return;
  failure_ = std::move(status);
  failed_.store(true, std::memory_order_relaxed);
}

absl::Status PipelineCall::failure() const {
  batching::MutexLock lock(mutex_);
  return failure_;
}

PipelineCall::Preparation PipelineCall::FinishItem(absl::Time now) {
  if (items_left_.fetch_sub(1, std::memory_order_acq_rel) != 1) {
    return Preparation::kPending;
  }
  batching::MutexLock lock(mutex_);
  timing_.preprocess = now - parts_.accepted_at;
  return failure_.ok() ? Preparation::kReady : Preparation::kFailed;
}

std::vector<PreparedRow> PipelineCall::TakeRows() {
  std::vector<PreparedRow> rows;
  rows.reserve(rows_.size());
  for (std::optional<PreparedRow>& row : rows_) {
    rows.push_back(*std::move(row));
  }
  rows_.clear();
  parts_.permit.LeaveForQueue();
  return rows;
}

void PipelineCall::KeepResult(size_t index, RowResult result) {
  results_[index].embedding = std::move(result.embedding);
  batching::MutexLock lock(mutex_);
  timing_.queue = std::max(timing_.queue, result.queued);
  timing_.forward = std::max(timing_.forward, result.forward);
}

void PipelineCall::OnRowDone(size_t index, RowResult result) {
  if (result.status.ok()) {
    KeepResult(index, std::move(result));
  } else {
    OnItemFailed(index, std::move(result.status));
  }
  if (rows_left_.fetch_sub(1, std::memory_order_acq_rel) == 1) End();
}

void PipelineCall::End() {
  CallResult result;
  {
    batching::MutexLock lock(mutex_);
    result.status = std::move(failure_);
    result.failed_item = failed_item_;
    result.timing = timing_;
  }
  if (result.status.ok()) result.items = std::move(results_);
  // The place is free before the caller hears of it, so that its next call
  // finds it.
  rows_.clear();
  parts_.permit.Release();
  const absl::Cleanup ended = std::move(parts_.on_ended);
  EmbeddingPipeline::Done done = std::move(parts_.done);
  done(std::move(result));
}

std::vector<std::unique_ptr<batching::BatchTask>> MakeRowTasks(
    const std::shared_ptr<PipelineCall>& call, std::vector<PreparedRow> rows) {
  std::vector<std::unique_ptr<batching::BatchTask>> tasks;
  tasks.reserve(rows.size());
  for (size_t i = 0; i < rows.size(); ++i) {
    tasks.push_back(std::make_unique<RowTask>(
        call, i, std::move(rows[i]), call->deadline(), call->priority()));
  }
  return tasks;
}

}  // namespace clip::server

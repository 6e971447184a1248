#ifndef SERVER_PIPELINE_PIPELINE_CALL_H_
#define SERVER_PIPELINE_PIPELINE_CALL_H_

#include <atomic>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "server/admission/admission_permit.h"
#include "server/batching/batch_task.h"
#include "server/batching/mutex.h"
#include "server/pipeline/embedding_pipeline.h"
#include "server/pipeline/prepared_row.h"
#include "server/pipeline/row_owner.h"

namespace clip::server {

// One accepted call, from admission to its completion.
//
// Its life: every item is prepared by some thread (OnItemPrepared or
// OnItemFailed, or nothing where WantsItem says no), each followed by
// FinishItem. The last FinishItem says whether the rows go on. If they do,
// TakeRows hands them out and OnRowDone brings each of them back; the last one
// runs `done`. If the call has failed, End runs it.
//
// Thread-safe. Shared by the jobs and rows of the call, which end in any
// order.
class PipelineCall final : public RowOwner {
 public:
  struct Parts {
    std::vector<PipelineItem> items;
    // `deadline` is a time on the pipeline's clock.
    CallOptions options;
    AdmissionPermit permit;
    EmbeddingPipeline::Done done;
    // Runs after `done` has returned.
    std::function<void()> on_ended;
    absl::Time accepted_at;
  };
  enum class Preparation { kPending, kReady, kFailed };

  explicit PipelineCall(Parts parts);

  const PipelineItem& item(size_t index) const { return parts_.items[index]; }
  size_t size() const { return parts_.items.size(); }
  absl::Time deadline() const { return parts_.options.deadline; }
  batching::Priority priority() const { return parts_.options.priority; }

  // False where preparing the item is no use: the call is dead, or an item
  // before it is bad. Items behind a bad one are given up, those before it
  // are not, so the first bad item is the one that is named.
  bool WantsItem(size_t index, absl::Time now);

  void OnItemPrepared(size_t index, PreparedRow row);
  void OnItemFailed(size_t index, absl::Status status);

  // One item has been dealt with at `now`. Anything but kPending is returned
  // once, for the last item.
  Preparation FinishItem(absl::Time now);

  // REQUIRES: FinishItem has returned kReady; called once.
  std::vector<PreparedRow> TakeRows();

  // Runs `done`. REQUIRES: FinishItem has returned kFailed; called once.
  void End();

  // Fails the call as a whole, unless it has failed already. It still ends
  // only after its last item or row.
  void Fail(absl::Status status);

  // The reason why the call has failed, or OK.
  absl::Status failure() const;

  bool IsCancelled() const override;
  void OnRowDone(size_t index, RowResult result) override;

 private:
  void KeepResult(size_t index, RowResult result);

  Parts parts_;
  // Each element is written by one thread before it counts down, and read
  // after the count is zero.
  std::vector<std::optional<PreparedRow>> rows_;
  std::vector<EncodedItem> results_;
  std::atomic<size_t> items_left_;
  std::atomic<size_t> rows_left_;
  std::atomic<bool> failed_{false};

  mutable batching::Mutex mutex_;
  absl::Status failure_ ABSL_GUARDED_BY(mutex_);
  // The item that is to blame; -1 where no single item is.
  int failed_item_ ABSL_GUARDED_BY(mutex_) = -1;
  CallTiming timing_ ABSL_GUARDED_BY(mutex_);
};

// The rows of `call` on their way through the queue, in order.
std::vector<std::unique_ptr<batching::BatchTask>> MakeRowTasks(
    const std::shared_ptr<PipelineCall>& call, std::vector<PreparedRow> rows);

}  // namespace clip::server

#endif  // SERVER_PIPELINE_PIPELINE_CALL_H_

#ifndef SERVER_PIPELINE_ROW_TASK_H_
#define SERVER_PIPELINE_ROW_TASK_H_

#include <cstddef>
#include <memory>
#include <utility>

#include "absl/time/time.h"
#include "server/batching/batch_task.h"
#include "server/pipeline/prepared_row.h"
#include "server/pipeline/row_owner.h"

namespace clip::server {

// One row on its way through the queue. Shares its owner with the owner's
// other rows: the last of them ends the call, whichever that is.
class RowTask final : public batching::BatchTask {
 public:
  RowTask(std::shared_ptr<RowOwner> owner, size_t index, PreparedRow row,
          absl::Time deadline,
          batching::Priority priority = batching::Priority::kInteractive)
      : BatchTask({row.lane(), priority}, deadline, row.length),
        owner_(std::move(owner)),
        index_(index),
        row_(std::move(row)) {}

  // A task that is lost still answers.
  ~RowTask() override { Fail(absl::InternalError("the item was lost")); }

  bool IsCancelled() const override { return owner_->IsCancelled(); }

  void Succeed(RowResult result) {
    if (End()) owner_->OnRowDone(index_, std::move(result));
  }

  const PreparedRow& row() const { return row_; }

 private:
  void OnFailed(const absl::Status& status) override {
    RowResult result;
    // A copy of its own: the tasks of a batch share one status, and
    // ThreadSanitizer does not see how an uninstrumented abseil counts the
    // references to it.
    result.status = absl::Status(status.code(), status.message());
    owner_->OnRowDone(index_, std::move(result));
  }

  const std::shared_ptr<RowOwner> owner_;
  const size_t index_;
  const PreparedRow row_;
};

}  // namespace clip::server

#endif  // SERVER_PIPELINE_ROW_TASK_H_

#include "client/cli/batch_runner.h"

#include <algorithm>
#include <memory>
#include <set>
#include <utility>

#include "client/bad_items.h"

namespace clip::client {
namespace {

// True where the next call would end like this one.
bool ConcernsEveryCall(const absl::Status& status, bool any_answered) {
  switch (status.code()) {
    case absl::StatusCode::kUnavailable:
    case absl::StatusCode::kNotFound:
    case absl::StatusCode::kUnauthenticated:
    case absl::StatusCode::kPermissionDenied:
    case absl::StatusCode::kUnimplemented:
      return true;
    // Either the server is not there or it is slow; an answer decides.
    case absl::StatusCode::kDeadlineExceeded:
      return !any_answered;
    default:
      return false;
  }
}

}  // namespace

BatchRunner::BatchRunner(const BatchOptions& options, Inputs inputs, Call call,
                         RowSink* sink)
    : options_(options),
      inputs_(std::move(inputs)),
      call_(std::move(call)),
      sink_(sink) {}

RunSummary BatchRunner::Run() {
  while (true) {
    while (summary_.status.ok() && in_flight_.size() < options_.max_in_flight) {
      Batch batch = TakeBatch();
      if (batch.indices.empty()) break;
      Start(batch);
      in_flight_.push_back(std::move(batch));
    }
    if (in_flight_.empty()) break;
    EndOldest();
  }
  summary_.left_out =
      inputs_.names.size() - summary_.answered - summary_.failed;
  return summary_;
}

BatchRunner::Batch BatchRunner::TakeBatch() {
  Batch batch;
  size_t bytes = 0;
  while (next_ < inputs_.names.size() && summary_.status.ok() &&
         batch.indices.size() < options_.max_items) {
    if (!overflow_.has_value()) {
      absl::StatusOr<std::string> content = inputs_.load(next_);
      if (!content.ok()) {
        FailItem(next_++, content.status());
        continue;
      }
      overflow_ = *std::move(content);
    }
    bytes += overflow_->size();
    if (bytes > options_.max_bytes && !batch.indices.empty()) break;
    batch.indices.push_back(next_++);
    batch.contents.push_back(*std::move(overflow_));
    overflow_.reset();
  }
  return batch;
}

void BatchRunner::Start(Batch& batch) {
  // Shared with the callback, which may still be inside set_value when the
  // answer has been taken.
  auto promise = std::make_shared<std::promise<absl::StatusOr<BatchAnswer>>>();
  batch.answer = promise->get_future();
  call_(batch.contents, [promise](absl::StatusOr<BatchAnswer> answer) {
    promise->set_value(std::move(answer));
  });
}

void BatchRunner::EndOldest() {
  Batch& batch = in_flight_.front();
  absl::StatusOr<BatchAnswer> answer = batch.answer.get();
  const absl::Status& status = answer.status();
  if (status.ok()) {
    Deliver(batch, *std::move(answer));
  } else if (DropBadItems(batch, status)) {
    if (!batch.indices.empty() && summary_.status.ok()) {
      Start(batch);
      return;
    }
  } else if (ConcernsEveryCall(status, summary_.answered > 0)) {
    Stop(status);
  } else {
    for (const size_t index : batch.indices) FailItem(index, status);
  }
  in_flight_.pop_front();
}

void BatchRunner::Deliver(const Batch& batch, BatchAnswer answer) {
  if (answer.rows.size() != batch.indices.size()) {
    Stop(absl::InternalError("the answer does not fit the call"));
    return;
  }
  for (size_t i = 0; i < batch.indices.size() && summary_.status.ok(); ++i) {
    const absl::Status added =
        sink_->Add(inputs_.names[batch.indices[i]], std::move(answer.rows[i]),
                   answer.model);
    if (!added.ok()) {
      Stop(added);
      return;
    }
    ++summary_.answered;
  }
}

bool BatchRunner::DropBadItems(Batch& batch, const absl::Status& why) {
  // Sorted and unique, so that each is dropped once, the last one first.
  std::set<size_t, std::greater<>> positions;
  for (const BadItem& item : BadItemsOf(why)) {
    if (item.index >= batch.indices.size()) continue;
    if (!positions.insert(item.index).second) continue;
    FailItem(batch.indices[item.index],
             absl::InvalidArgumentError(item.reason));
  }
  for (const size_t position : positions) {
    const auto offset = static_cast<std::ptrdiff_t>(position);
    batch.indices.erase(batch.indices.begin() + offset);
    batch.contents.erase(batch.contents.begin() + offset);
  }
  return !positions.empty();
}

void BatchRunner::FailItem(size_t index, const absl::Status& why) {
  ++summary_.failed;
  const absl::Status noted = sink_->Fail(inputs_.names[index], why);
  if (!noted.ok()) Stop(noted);
}

void BatchRunner::Stop(const absl::Status& why) {
  if (summary_.status.ok()) summary_.status = why;
}

}  // namespace clip::client

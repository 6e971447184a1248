#include "client/stream_attempt.h"

#include <utility>

#include "client/priority_metadata.h"

namespace clip::client {

StreamAttempt::StreamAttempt(Options options,
                             std::shared_ptr<StreamAttemptEvents> events)
    : options_(std::move(options)), events_(std::move(events)) {
  AddPriority(options_.priority, &context_);
  if (options_.deadline != absl::InfiniteFuture()) {
    context_.set_deadline(absl::ToChronoTime(options_.deadline));
  }
}

void StreamAttempt::Start(v1::ClipService::Stub* stub) {
  stub->async()->EncodeStream(&context_, this);
  // The read that is always in progress keeps the call open for the writes
  // that come from outside of its reactions.
  StartRead(&reply_);
  StartCall();
}

void StreamAttempt::Write(std::shared_ptr<const v1::EncodeRequest> item,
                          bool more_follow) {
  item_ = std::move(item);
  if (is_first_) {
    is_first_ = false;
    auto first = std::make_shared<v1::EncodeRequest>(*item_);
    first->set_model(options_.model);
    *first->mutable_options() = options_.embedding;
    item_ = std::move(first);
  }
  grpc::WriteOptions write;
  if (more_follow) write.set_buffer_hint();
  StartWrite(item_.get(), write);
}

void StreamAttempt::EndWrites() {
  has_ended_writes_ = true;
  StartWritesDone();
}

std::optional<std::string_view> StreamAttempt::pushback() const {
  const auto& trailers = context_.GetServerTrailingMetadata();
  const auto found = trailers.find("grpc-retry-pushback-ms");
  if (found == trailers.end()) return std::nullopt;
  return std::string_view(found->second.data(), found->second.size());
}

void StreamAttempt::OnReadDone(bool ok) {
  if (!ok) {
    events_->OnRepliesEnd();
    return;
  }
  events_->OnReply(std::move(reply_));
  reply_.Clear();
  StartRead(&reply_);
}

void StreamAttempt::OnWriteDone(bool ok) { events_->OnWritten(ok); }

void StreamAttempt::OnDone(const grpc::Status& status) {
  // The owner destroys this object in there.
  const std::shared_ptr<StreamAttemptEvents> events = events_;
  events->OnEnd(status);
}

}  // namespace clip::client

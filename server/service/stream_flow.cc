#include "server/service/stream_flow.h"

#include <utility>

namespace clip::server {

void StreamFlow::OnItem(size_t bytes) {
  ++items_;
  ++held_back_;
  bytes_ += bytes;
}

void StreamFlow::OnReply(size_t item_bytes, grpc::ByteBuffer reply) {
  bytes_ -= item_bytes;
  if (abandoned_) {
    --items_;
    return;
  }
  bytes_ += reply.Length();
  replies_.push_back(std::move(reply));
}

void StreamFlow::OnWritten() {
  --items_;
  bytes_ -= *writing_;
  writing_.reset();
}

void StreamFlow::EndWith(const absl::Status& status) {
  if (!end_.has_value()) end_ = status;
}

void StreamFlow::Abandon(const absl::Status& status) {
  if (abandoned_) return;
  abandoned_ = true;
  end_ = status;
  for (const grpc::ByteBuffer& reply : replies_) {
    --items_;
    bytes_ -= reply.Length();
  }
  replies_.clear();
}

bool StreamFlow::MayRead() const {
  return !reading_ && !half_closed_ && !end_.has_value() && held_back_ == 0 &&
         items_ < limits_.max_items && bytes_ < limits_.max_bytes;
}

bool StreamFlow::MayFinish() const {
  if (writing_.has_value()) return false;
  if (abandoned_) return true;
  return items_ == 0 && (half_closed_ || end_.has_value());
}

StreamStep StreamFlow::Next() {
  StreamStep step;
  if (finished_) return step;
  if (MayFinish()) {
    finished_ = true;
    step.finish = end_.value_or(absl::OkStatus());
    return step;
  }
  if (!writing_.has_value() && !replies_.empty()) {
    step.write = std::move(replies_.front());
    replies_.pop_front();
    writing_ = step.write->Length();
  }
  if (MayRead()) step.read = reading_ = true;
  return step;
}

}  // namespace clip::server

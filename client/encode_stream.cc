#include "client/encode_stream.h"

#include <utility>

#include "client/stream_session.h"

namespace clip::client {

EncodeStream::EncodeStream(std::shared_ptr<StreamSession> session)
    : session_(std::move(session)) {
  session_->Start();
}

EncodeStream::~EncodeStream() { session_->Stop(); }

absl::StatusOr<bool> EncodeStream::Write(StreamItem&& item, absl::Time until) {
  return session_->Write(std::move(item), until);
}

void EncodeStream::Close() { session_->Close(); }

absl::Status EncodeStream::Finish() { return session_->Finish(); }

void EncodeStream::Cancel() { session_->Cancel(); }

std::optional<absl::Status> EncodeStream::end() const {
  return session_->end();
}

std::optional<ModelVersion> EncodeStream::model() const {
  return session_->model();
}

StreamCounts EncodeStream::counts() const { return session_->counts(); }

}  // namespace clip::client

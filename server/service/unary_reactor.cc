#include "server/service/unary_reactor.h"

#include <chrono>
#include <optional>

#include "server/service/grpc_status.h"

namespace clip::server {
namespace {

// Trailer of every call; it finds the call in the server's log.
constexpr char kRequestIdTrailer[] = "x-request-id";

}  // namespace

UnaryReactor::UnaryReactor(grpc::CallbackServerContext* context,
                           grpc::ByteBuffer* response)
    : context_(context),
      response_(response),
      cancellation_(std::make_shared<Cancellation>()) {}

absl::Status UnaryReactor::Enter(CallGate& gate) {
  absl::Status status = gate.Enter();
  if (status.ok()) gate_ = &gate;
  return status;
}

absl::Time UnaryReactor::deadline() const {
  const std::chrono::system_clock::time_point deadline = context_->deadline();
  if (deadline == std::chrono::system_clock::time_point::max()) {
    return absl::InfiniteFuture();
  }
  return absl::FromChrono(deadline);
}

void UnaryReactor::FinishWithReply(grpc::ByteBuffer reply,
                                   const std::string& request_id) {
  response_->Swap(&reply);
  context_->AddTrailingMetadata(kRequestIdTrailer, request_id);
  Finish(grpc::Status::OK);
}

void UnaryReactor::FinishWithError(const absl::Status& error,
                                   const std::string& request_id) {
  const std::optional<std::string> pushback = RetryPushback(error);
  if (pushback.has_value()) {
    context_->AddTrailingMetadata(kRetryPushbackTrailer, *pushback);
  }
  context_->AddTrailingMetadata(kRequestIdTrailer, request_id);
  Finish(ToGrpcStatus(error));
}

void UnaryReactor::OnCancel() { cancellation_->Cancel(); }

void UnaryReactor::OnDone() {
  // The gate may be gone as soon as its last call has left.
  if (gate_ != nullptr) gate_->Leave();
  delete this;
}

}  // namespace clip::server

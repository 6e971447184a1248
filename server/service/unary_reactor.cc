#include "server/service/unary_reactor.h"

#include "server/service/call_context.h"
#include "server/service/grpc_status.h"

namespace clip::server {

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

absl::Time UnaryReactor::deadline() const { return DeadlineOf(*context_); }

absl::StatusOr<batching::Priority> UnaryReactor::priority() const {
  return PriorityOf(*context_, batching::Priority::kInteractive);
}

void UnaryReactor::FinishWithReply(grpc::ByteBuffer reply,
                                   const std::string& request_id) {
  response_->Swap(&reply);
  AddTrailers(absl::OkStatus(), request_id, *context_);
  Finish(grpc::Status::OK);
}

void UnaryReactor::FinishWithError(const absl::Status& error,
                                   const std::string& request_id) {
  AddTrailers(error, request_id, *context_);
  Finish(ToGrpcStatus(error));
}

void UnaryReactor::OnCancel() { cancellation_->Cancel(); }

void UnaryReactor::OnDone() {
  // The gate may be gone as soon as its last call has left.
  if (gate_ != nullptr) gate_->Leave();
  delete this;
}

}  // namespace clip::server

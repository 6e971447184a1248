#include "server/service/stream_reactor.h"

#include <utility>

#include "server/service/call_context.h"
#include "server/service/grpc_status.h"

namespace clip::server {

absl::Status StreamReactor::Enter(CallGate& gate) {
  absl::Status status = gate.Enter();
  if (status.ok()) gate_ = &gate;
  return status;
}

absl::Time StreamReactor::deadline() const { return DeadlineOf(*context_); }

absl::StatusOr<batching::Priority> StreamReactor::priority() const {
  return PriorityOf(*context_, batching::Priority::kBulk);
}

void StreamReactor::Write(grpc::ByteBuffer message) {
  outgoing_.Swap(&message);
  StartWrite(&outgoing_);
}

void StreamReactor::End(const absl::Status& status,
                        const std::string& request_id) {
  AddTrailers(status, request_id, *context_);
  Finish(ToGrpcStatus(status));
}

void StreamReactor::OnReadDone(bool ok) {
  if (!ok) return events_->OnRead(std::nullopt);
  grpc::ByteBuffer message;
  message.Swap(&incoming_);
  events_->OnRead(std::move(message));
}

void StreamReactor::OnDone() {
  // The gate may be gone as soon as its last call has left.
  CallGate* gate = gate_;
  events_.reset();
  if (gate != nullptr) gate->Leave();
  delete this;
}

}  // namespace clip::server

#include "server/service/unary_call.h"

#include <grpcpp/impl/codegen/proto_utils.h>

#include "model/base/status_macros.h"
#include "server/service/call_failure.h"

namespace clip::server {

UnaryCall::UnaryCall(RpcMethod method, size_t request_bytes,
                     UnaryReactor& reactor, const CallEnvironment& environment)
    : method_(method),
      request_id_(environment.request_ids.Next()),
      request_bytes_(request_bytes),
      start_(environment.clock.Now()),
      reactor_(reactor),
      environment_(environment) {}

UnaryCall::~UnaryCall() {
  Fail(absl::InternalError("the call was let go without an answer"),
       std::nullopt);
}

CallOptions UnaryCall::pipeline_options() const {
  CallOptions options;
  options.deadline = reactor_.deadline();
  options.cancellation = reactor_.cancellation();
  options.priority = priority_;
  options.request_bytes = request_bytes_;
  return options;
}

absl::Duration UnaryCall::elapsed() const {
  return environment_.clock.Now() - start_;
}

absl::Status UnaryCall::Enter() {
  CLIP_RETURN_IF_ERROR(reactor_.Enter(environment_.gate));
  CLIP_ASSIGN_OR_RETURN(priority_, reactor_.priority());
  return absl::OkStatus();
}

void UnaryCall::Refuse(const absl::Status& error) {
  Fail(error, RejectReasonOf(error));
}

void UnaryCall::Reply(const google::protobuf::Message& reply,
                      absl::Time respond_start) {
  // Serialized before the call is claimed: should memory run out here, the
  // call can still be failed.
  grpc::ByteBuffer bytes;
  bool own_buffer = false;
  grpc::SerializationTraits<google::protobuf::Message>::Serialize(reply, &bytes,
                                                                  &own_buffer);
  if (!Claim()) return;
  CallRecord record;
  record.respond = environment_.clock.Now() - respond_start;
  Report(record);
  reactor_.FinishWithReply(bytes, request_id_);
}

void UnaryCall::Fail(const absl::Status& error,
                     std::optional<RejectReason> rejected) {
  if (!Claim()) return;
  const absl::Status answer = ClientView(error, request_id_);
  const std::string cause(error.message());
  CallRecord record;
  record.code = answer.code();
  record.cause = cause;
  record.rejected = rejected;
  Report(record);
  reactor_.FinishWithError(answer, request_id_);
}

void UnaryCall::Report(CallRecord record) {
  record.method = method_;
  record.request_id = request_id_;
  record.total = elapsed();
  record.request_bytes = request_bytes_;
  environment_.observer.OnCallFinished(record);
}

}  // namespace clip::server

#ifndef SERVER_SERVICE_UNARY_CALL_H_
#define SERVER_SERVICE_UNARY_CALL_H_

#include <google/protobuf/message.h>

#include <atomic>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "server/admission/reject_reason.h"
#include "server/batching/clock.h"
#include "server/observability/request_id.h"
#include "server/observability/rpc_method.h"
#include "server/pipeline/embedding_pipeline.h"
#include "server/service/call_gate.h"
#include "server/service/call_observer.h"
#include "server/service/catch_exceptions.h"
#include "server/service/parse_request.h"
#include "server/service/unary_reactor.h"

namespace clip::server {

// What every call of a service shares. All of it outlives the calls.
struct CallEnvironment {
  CallGate& gate;
  CallObserver& observer;
  RequestIdGenerator& request_ids;
  batching::Clock& clock;
};

// Our side of one unary call: it answers the client exactly once, whatever
// happens. The first answer counts, later ones are dropped, and a call that is
// let go without one answers INTERNAL. Each call has a request id, is told to
// the observer when it ends, and is counted by the gate while it is open.
//
// Thread-safe. Held by shared_ptr, since the method that started it and the
// pipeline's completion let go of it in either order. Borrows the rest.
class UnaryCall {
 public:
  UnaryCall(RpcMethod method, size_t request_bytes, UnaryReactor& reactor,
            const CallEnvironment& environment);
  ~UnaryCall();
  UnaryCall(const UnaryCall&) = delete;
  UnaryCall& operator=(const UnaryCall&) = delete;

  // What the pipeline must know of this call.
  CallOptions pipeline_options() const;

  // Time since the request arrived.
  absl::Duration elapsed() const;

  // Passes the gate and reads the call's priority. UNAVAILABLE where the server
  // takes no calls. REQUIRES: called once, before anything else knows of the
  // call.
  absl::Status Enter();

  // Answers with what `write` returns, an absl::StatusOr of a message.
  template <typename Write>
  void Answer(Write write);

  // Answers with an error before any pipeline had the call.
  void Refuse(const absl::Status& error);

 private:
  // INTERNAL and UNKNOWN are defects: the observer gets the cause, the client
  // the request id only.
  void Fail(const absl::Status& error, std::optional<RejectReason> rejected);
  void Reply(const google::protobuf::Message& reply, absl::Time respond_start);

  // True for the first caller only, who must then finish the reactor.
  bool Claim() { return !finished_.exchange(true); }
  // Tells the observer. Comes before the reactor is finished: after that the
  // server may be shutting down around this object.
  void Report(CallRecord record);

  const RpcMethod method_;
  const std::string request_id_;
  const size_t request_bytes_;
  const absl::Time start_;
  UnaryReactor& reactor_;
  const CallEnvironment environment_;
  batching::Priority priority_ = batching::Priority::kInteractive;
  std::atomic<bool> finished_{false};
};

// A call with its parsed request, which lives as long as the call: the
// pipeline's items are views into it.
template <typename Request>
class CallOf final : public UnaryCall {
 public:
  using UnaryCall::UnaryCall;

  const Request& request() const { return request_; }
  Request& mutable_request() { return request_; }

 private:
  Request request_;
};

template <typename Request>
using CallPtr = std::shared_ptr<CallOf<Request>>;

// What becomes of a call while the server takes none: most are refused; the few
// that tell of the server itself are served, and are not counted by the gate.
enum class WhileClosed { kRefuse, kServe };

// The one wrapper of every method: gate, parse, run `handle`, and catch what
// it throws. `handle` takes a CallPtr<Request> and returns an absl::Status: an
// error is the answer, OK means that it has answered or will.
template <typename Request, typename Handle>
grpc::ServerUnaryReactor* ServeCall(
    RpcMethod method, grpc::CallbackServerContext* context,
    const grpc::ByteBuffer* request, grpc::ByteBuffer* response,
    const CallEnvironment& environment, Handle handle,
    WhileClosed while_closed = WhileClosed::kRefuse) {
  auto reactor = std::make_unique<UnaryReactor>(context, response);
  const auto call = std::make_shared<CallOf<Request>>(method, request->Length(),
                                                      *reactor, environment);
  const absl::Status status = CatchExceptions([&]() -> absl::Status {
    if (while_closed == WhileClosed::kRefuse) {
      if (absl::Status entered = call->Enter(); !entered.ok()) return entered;
    }
    // gRPC keeps the buffer until the call ends, so it is emptied here: a
    // queued picture need not be held twice.
    grpc::ByteBuffer bytes;
    bytes.Swap(const_cast<grpc::ByteBuffer*>(request));
    absl::Status parsed = ParseRequest(bytes, call->mutable_request());
    bytes.Clear();
    return parsed.ok() ? handle(call) : parsed;
  });
  if (!status.ok()) call->Refuse(status);
  return reactor.release();
}

template <typename Write>
void UnaryCall::Answer(Write write) {
  const absl::Time start = environment_.clock.Now();
  const absl::Status status = CatchExceptions([&]() -> absl::Status {
    const auto reply = write();
    if (reply.ok()) Reply(*reply, start);
    return reply.status();
  });
  if (!status.ok()) Fail(status, std::nullopt);
}

}  // namespace clip::server

#endif  // SERVER_SERVICE_UNARY_CALL_H_

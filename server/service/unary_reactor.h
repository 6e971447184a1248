#ifndef SERVER_SERVICE_UNARY_REACTOR_H_
#define SERVER_SERVICE_UNARY_REACTOR_H_

#include <grpcpp/server_context.h>
#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/server_callback.h>

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "server/batching/priority.h"
#include "server/pipeline/cancellation.h"
#include "server/service/call_gate.h"

namespace clip::server {

// gRPC's side of one unary call whose messages are raw bytes. Once gRPC has
// it, it deletes itself after the call is done; it must be finished exactly
// once, or the server can never shut down. UnaryCall sees to that.
//
// Thread-safe between gRPC's notifications and the one thread that finishes.
// Nothing may touch it after Finish...: it may be gone.
class UnaryReactor final : public grpc::ServerUnaryReactor {
 public:
  // Both belong to gRPC and outlive the reactor.
  UnaryReactor(grpc::CallbackServerContext* context,
               grpc::ByteBuffer* response);

  // Passes the gate; the call leaves it when its reply is on the wire. What
  // the gate says. REQUIRES: called once at most, before the call ends.
  absl::Status Enter(CallGate& gate);

  // Set when the client goes away. Outlives the reactor.
  const std::shared_ptr<Cancellation>& cancellation() const {
    return cancellation_;
  }

  // The caller's deadline; InfiniteFuture where it gave none.
  absl::Time deadline() const;

  // Which line its items wait in; INVALID_ARGUMENT where the caller's word for
  // it is unknown.
  absl::StatusOr<batching::Priority> priority() const;

  // `reply` is a serialized message.
  void FinishWithReply(grpc::ByteBuffer reply, const std::string& request_id);
  void FinishWithError(const absl::Status& error,
                       const std::string& request_id);

 private:
  void OnCancel() override;
  void OnDone() override;

  grpc::CallbackServerContext* const context_;
  grpc::ByteBuffer* const response_;
  const std::shared_ptr<Cancellation> cancellation_;
  // Null where the call is not inside a gate.
  CallGate* gate_ = nullptr;
};

}  // namespace clip::server

#endif  // SERVER_SERVICE_UNARY_REACTOR_H_

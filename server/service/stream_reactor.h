#ifndef SERVER_SERVICE_STREAM_REACTOR_H_
#define SERVER_SERVICE_STREAM_REACTOR_H_

#include <grpcpp/server_context.h>
#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/server_callback.h>

#include <memory>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "server/batching/priority.h"
#include "server/service/call_gate.h"

namespace clip::server {

// Hears what happens on one stream. Called on gRPC's threads, under no lock;
// OnCancelled may come beside another.
class StreamEvents {
 public:
  virtual ~StreamEvents() = default;

  // A read has ended; without a message where the client has closed its side
  // or has gone.
  virtual void OnRead(std::optional<grpc::ByteBuffer> message) = 0;
  // A write has ended; false where the client has gone.
  virtual void OnWritten(bool ok) = 0;
  virtual void OnCancelled() = 0;
};

// gRPC's side of one stream of raw bytes both ways. Once gRPC has it, it
// deletes itself after the call is done; it must be ended exactly once, or the
// server can never shut down. StreamFlow says when.
//
// At most one read and one write may be under way. Reads, writes and the end
// may be started under a lock that the events take as well: gRPC tells of them
// later and on a thread of its own. Nothing may touch it after End.
class StreamReactor final
    : public grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer> {
 public:
  // Belongs to gRPC and outlives the reactor.
  explicit StreamReactor(grpc::CallbackServerContext* context)
      : context_(context) {}

  // REQUIRES: called before gRPC has the reactor.
  void SetEvents(std::shared_ptr<StreamEvents> events) {
    events_ = std::move(events);
  }

  // Passes the gate; the call leaves it when it is done. What the gate says.
  // REQUIRES: called once at most.
  absl::Status Enter(CallGate& gate);

  // The caller's deadline; InfiniteFuture where it gave none.
  absl::Time deadline() const;

  // Which line its items wait in: bulk, unless the caller says otherwise.
  // INVALID_ARGUMENT where the caller's word for it is unknown.
  absl::StatusOr<batching::Priority> priority() const;

  void Read() { StartRead(&incoming_); }
  void Write(grpc::ByteBuffer message);
  // REQUIRES: no write is under way.
  void End(const absl::Status& status, const std::string& request_id);

 private:
  void OnReadDone(bool ok) override;
  void OnWriteDone(bool ok) override { events_->OnWritten(ok); }
  void OnCancel() override { events_->OnCancelled(); }
  void OnDone() override;

  grpc::CallbackServerContext* const context_;
  std::shared_ptr<StreamEvents> events_;
  // Null where the call is not inside a gate.
  CallGate* gate_ = nullptr;
  grpc::ByteBuffer incoming_;
  // Of the write under way: gRPC reads it until that ends.
  grpc::ByteBuffer outgoing_;
};

}  // namespace clip::server

#endif  // SERVER_SERVICE_STREAM_REACTOR_H_

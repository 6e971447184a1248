#ifndef TESTS_CLIENT_NULL_CLIP_SERVER_H_
#define TESTS_CLIENT_NULL_CLIP_SERVER_H_

#include <clip/v1/clip.grpc.pb.h>
#include <grpcpp/alarm.h>
#include <grpcpp/server.h>

#include <memory>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "client/mutex.h"

namespace clip::client {

struct NullServerOptions {
  // HOST:PORT; port 0 is a free one.
  std::string listen = "127.0.0.1:0";
  // Of an embedding.
  int dimensions = 512;
  // From the first call that encodes to the moment from which calls wait.
  absl::Duration stall_after = absl::ZeroDuration();
  // How long they wait: calls that come meanwhile are answered at its end.
  absl::Duration stall = absl::ZeroDuration();
};

// A clip.v1.ClipService without a model. It answers EncodeImage, EncodeText and
// EncodeStream at once with the same embedding for every item, so that what is
// measured against it is gRPC and the client. Thread-safe.
class NullClipServer : private v1::ClipService::CallbackService {
 public:
  // UNAVAILABLE where the address cannot be listened on.
  static absl::StatusOr<std::unique_ptr<NullClipServer>> Create(
      const NullServerOptions& options);
  ~NullClipServer() override;

  // HOST:PORT.
  const std::string& address() const { return address_; }

 private:
  class EchoStream;
  class HeldCall;

  explicit NullClipServer(const NullServerOptions& options);

  grpc::ServerUnaryReactor* EncodeImage(
      grpc::CallbackServerContext* context,
      const v1::EncodeImageRequest* request,
      v1::EncodeImageResponse* response) override;
  grpc::ServerUnaryReactor* EncodeText(
      grpc::CallbackServerContext* context,
      const v1::EncodeTextRequest* request,
      v1::EncodeTextResponse* response) override;
  grpc::ServerUnaryReactor* GetModel(grpc::CallbackServerContext* context,
                                     const v1::GetModelRequest* request,
                                     v1::GetModelResponse* response) override;
  grpc::ServerBidiReactor<v1::EncodeRequest, v1::EncodeResponse>* EncodeStream(
      grpc::CallbackServerContext* context) override;

  // Until when a call that comes now has to wait; the past = not at all.
  absl::Time HeldUntil() ABSL_LOCKS_EXCLUDED(mutex_);
  grpc::ServerUnaryReactor* Answer(grpc::CallbackServerContext* context);

  const NullServerOptions options_;
  v1::Embedding embedding_;
  std::string address_;
  Mutex mutex_;
  absl::Time first_call_ ABSL_GUARDED_BY(mutex_) = absl::InfiniteFuture();
  std::unique_ptr<grpc::Server> server_;
};

}  // namespace clip::client

#endif  // TESTS_CLIENT_NULL_CLIP_SERVER_H_

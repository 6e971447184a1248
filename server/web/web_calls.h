#ifndef SERVER_WEB_WEB_CALLS_H_
#define SERVER_WEB_WEB_CALLS_H_

#include <grpcpp/client_context.h>

#include <memory>
#include <set>

#include "server/batching/mutex.h"

namespace clip::server {

// The calls of the page that are under way, so that none outlives it.
// Thread-safe.
class WebCalls {
 public:
  WebCalls() = default;
  // Cancels what is under way and waits until the last has finished.
  ~WebCalls();

  void Add(const std::shared_ptr<grpc::ClientContext>& call);
  // The call has ended, and its callback touches nothing of the page any more.
  // `call` is the callback's own reference, its last: the context refers to the
  // channel, and once the page has gone it must not be let go on a thread of
  // gRPC, which would join itself.
  void Finish(std::shared_ptr<grpc::ClientContext> call);

 private:
  batching::Mutex mutex_;
  batching::CondVar changed_;
  std::set<std::shared_ptr<grpc::ClientContext>> calls_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace clip::server

#endif  // SERVER_WEB_WEB_CALLS_H_

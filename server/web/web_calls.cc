#include "server/web/web_calls.h"

namespace clip::server {

WebCalls::~WebCalls() {
  std::set<std::shared_ptr<grpc::ClientContext>> open;
  {
    batching::MutexLock lock(mutex_);
    open = calls_;
  }
  // Not under the lock: gRPC may finish a call on this thread.
  for (const auto& call : open) call->TryCancel();
  batching::MutexLock lock(mutex_);
  while (!calls_.empty()) changed_.Wait(mutex_);
}

void WebCalls::Add(const std::shared_ptr<grpc::ClientContext>& call) {
  batching::MutexLock lock(mutex_);
  calls_.insert(call);
}

void WebCalls::Finish(std::shared_ptr<grpc::ClientContext> call) {
  batching::MutexLock lock(mutex_);
  calls_.erase(call);
  call.reset();
  // Under the lock, since the one who waits takes the condition with it.
  changed_.NotifyAll();
}

}  // namespace clip::server

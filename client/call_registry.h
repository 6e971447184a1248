#ifndef CLIENT_CALL_REGISTRY_H_
#define CLIENT_CALL_REGISTRY_H_

#include <condition_variable>
#include <memory>
#include <unordered_set>

#include "absl/base/thread_annotations.h"
#include "client/cancellable_call.h"
#include "client/mutex.h"

namespace clip::client {

// The calls in progress, so that a client can end them and go. Thread-safe.
class CallRegistry {
 public:
  void Add(std::shared_ptr<CancellableCall> call) ABSL_LOCKS_EXCLUDED(mutex_);

  // The call has ended and its callback has returned.
  void Remove(const std::shared_ptr<CancellableCall>& call)
      ABSL_LOCKS_EXCLUDED(mutex_);

  // Cancels every call and waits until all are removed. No Add may follow.
  void CancelAndWait() ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  Mutex mutex_;
  std::condition_variable changed_;
  // Shared with the callbacks in progress; see RetriedCall.
  std::unordered_set<std::shared_ptr<CancellableCall>> calls_
      ABSL_GUARDED_BY(mutex_);
};

}  // namespace clip::client

#endif  // CLIENT_CALL_REGISTRY_H_

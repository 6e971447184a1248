#include "client/call_registry.h"

#include <utility>
#include <vector>

namespace clip::client {

void CallRegistry::Add(std::shared_ptr<CancellableCall> call) {
  MutexLock lock(mutex_);
  calls_.insert(std::move(call));
}

void CallRegistry::Remove(const std::shared_ptr<CancellableCall>& call) {
  MutexLock lock(mutex_);
  calls_.erase(call);
  // Under the lock: the waiter destroys this object as soon as it gets it.
  changed_.notify_all();
}

void CallRegistry::CancelAndWait() {
  std::vector<std::shared_ptr<CancellableCall>> calls;
  {
    MutexLock lock(mutex_);
    calls.assign(calls_.begin(), calls_.end());
  }
  for (const std::shared_ptr<CancellableCall>& call : calls) call->Cancel();
  MutexLock lock(mutex_);
  while (!calls_.empty()) mutex_.Wait(changed_);
}

}  // namespace clip::client

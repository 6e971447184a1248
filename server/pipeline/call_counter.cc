#include "server/pipeline/call_counter.h"

namespace clip::server {

bool CallCounter::Begin() {
  batching::MutexLock lock(mutex_);
  if (closed_) return false;
  ++open_calls_;
  return true;
}

void CallCounter::End() {
  batching::MutexLock lock(mutex_);
  // Under the lock, unlike elsewhere: once it is free, the waiter may destroy
  // the counter.
  if (--open_calls_ == 0) none_left_.NotifyAll();
}

bool CallCounter::CloseAndWait(absl::Time deadline) {
  batching::MutexLock lock(mutex_);
  closed_ = true;
  while (open_calls_ > 0 && clock_.Now() < deadline) {
    clock_.WaitUntil(none_left_, mutex_, deadline);
  }
  return open_calls_ == 0;
}

}  // namespace clip::server

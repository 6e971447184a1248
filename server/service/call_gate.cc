#include "server/service/call_gate.h"

#include "server/service/errors.h"

namespace clip::server {

absl::Status CallGate::Enter() {
  batching::MutexLock lock(mutex_);
  switch (state_) {
    case State::kWarming:
      return NotReady();
    case State::kDraining:
      return Draining();
    case State::kOpen:
      break;
  }
  ++inside_;
  return absl::OkStatus();
}

void CallGate::Leave() {
  batching::MutexLock lock(mutex_);
  --inside_;
  // Under the lock: the waiter may destroy this object as soon as it has it.
  if (inside_ == 0) idle_.NotifyAll();
}

void CallGate::Open() {
  batching::MutexLock lock(mutex_);
  if (state_ == State::kWarming) state_ = State::kOpen;
}

void CallGate::Close() {
  batching::MutexLock lock(mutex_);
  state_ = State::kDraining;
}

bool CallGate::WaitUntilIdle(absl::Time deadline) {
  batching::MutexLock lock(mutex_);
  while (inside_ > 0 && clock_.Now() < deadline) {
    clock_.WaitUntil(idle_, mutex_, deadline);
  }
  return inside_ == 0;
}

}  // namespace clip::server

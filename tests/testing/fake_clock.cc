#include "tests/testing/fake_clock.h"

#include <algorithm>

namespace clip::testing {

absl::Time FakeClock::Now() const {
  batching::MutexLock lock(mutex_);
  return now_;
}

absl::Time FakeClock::FromWallTime(absl::Time wall_time) const {
  return wall_time;
}

void FakeClock::WaitUntil(batching::CondVar& condition, batching::Mutex& mutex,
                          absl::Time time) {
  {
    batching::MutexLock lock(mutex_);
    if (now_ >= time) return;
    waiters_.push_back({&condition, &mutex});
  }
  waiters_changed_.NotifyAll();
  condition.Wait(mutex);
  batching::MutexLock lock(mutex_);
  waiters_.erase(std::find_if(
      waiters_.begin(), waiters_.end(),
      [&](const Waiter& waiter) { return waiter.condition == &condition; }));
}

void FakeClock::Advance(absl::Duration duration) {
  std::vector<Waiter> waiters;
  {
    batching::MutexLock lock(mutex_);
    now_ += duration;
    waiters = waiters_;
  }
  for (const Waiter& waiter : waiters) {
    // A thread in the list holds its mutex until it really waits: once the
    // mutex has been free, the notification cannot come too early.
    { batching::MutexLock passed(*waiter.mutex); }
    waiter.condition->NotifyAll();
  }
}

void FakeClock::AwaitWaiters(size_t count) {
  batching::MutexLock lock(mutex_);
  while (waiters_.size() < count) waiters_changed_.Wait(mutex_);
}

}  // namespace clip::testing

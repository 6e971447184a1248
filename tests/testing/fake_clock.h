#ifndef TESTS_TESTING_FAKE_CLOCK_H_
#define TESTS_TESTING_FAKE_CLOCK_H_

#include <vector>

#include "absl/time/time.h"
#include "server/batching/clock.h"
#include "server/batching/mutex.h"

namespace clip::testing {

// A clock that stands still until a test moves it on. Wall time and its own
// time are the same.
//
// Thread-safe. Waiting threads wake up when their time comes or their
// condition is notified.
class FakeClock final : public batching::Clock {
 public:
  explicit FakeClock(absl::Time start = absl::FromUnixSeconds(1'000'000'000))
      : now_(start) {}

  absl::Time Now() const override;
  absl::Time FromWallTime(absl::Time wall_time) const override;
  void WaitUntil(batching::CondVar& condition, batching::Mutex& mutex,
                 absl::Time time) override ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex);

  void Advance(absl::Duration duration);

  // Blocks until `count` threads wait for a time.
  void AwaitWaiters(size_t count);

 private:
  struct Waiter {
    batching::CondVar* condition;
    batching::Mutex* mutex;
  };

  mutable batching::Mutex mutex_;
  batching::CondVar waiters_changed_;
  absl::Time now_ ABSL_GUARDED_BY(mutex_);
  std::vector<Waiter> waiters_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace clip::testing

#endif  // TESTS_TESTING_FAKE_CLOCK_H_

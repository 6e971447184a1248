#ifndef TESTS_CLIENT_FAKE_RETRY_CLOCK_H_
#define TESTS_CLIENT_FAKE_RETRY_CLOCK_H_

#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "client/mutex.h"
#include "client/retry_clock.h"
#include "tests/client/gate.h"

namespace clip::client {

// A clock whose waits take no time: each one is noted, moves the clock and
// ends at once. With `hold_waits`, waits end only when they are cancelled.
// Thread-safe.
class FakeRetryClock : public RetryClock {
 public:
  explicit FakeRetryClock(bool hold_waits = false) : hold_waits_(hold_waits) {}

  absl::Time Now() const override {
    MutexLock lock(mutex_);
    return now_;
  }

  std::unique_ptr<RetryTimer> NewTimer() override {
    return std::make_unique<Timer>(this);
  }

  std::vector<absl::Duration> waits() const {
    MutexLock lock(mutex_);
    return waits_;
  }

  // Returns when the first wait has begun.
  void AwaitWait() const { waiting_.Wait(); }

 private:
  class Timer : public RetryTimer {
   public:
    explicit Timer(FakeRetryClock* clock) : clock_(clock) {}

    void Set(absl::Duration delay, std::function<void()> wake) override {
      if (clock_->hold_waits_) {
        {
          MutexLock lock(mutex_);
          wake_ = std::move(wake);
        }
        clock_->Note(delay);
        return;
      }
      clock_->Note(delay);
      wake();
    }

    void Cancel() override {
      std::function<void()> wake;
      {
        MutexLock lock(mutex_);
        wake = std::exchange(wake_, nullptr);
      }
      if (wake != nullptr) wake();
    }

   private:
    FakeRetryClock* const clock_;
    Mutex mutex_;
    std::function<void()> wake_ ABSL_GUARDED_BY(mutex_);
  };

  void Note(absl::Duration delay) {
    bool is_first = false;
    {
      MutexLock lock(mutex_);
      is_first = waits_.empty();
      waits_.push_back(delay);
      now_ += delay;
    }
    if (is_first) waiting_.Open();
  }

  const bool hold_waits_;
  Gate waiting_;
  mutable Mutex mutex_;
  // Starts at real time, because gRPC measures deadlines by it.
  absl::Time now_ ABSL_GUARDED_BY(mutex_) = absl::Now();
  std::vector<absl::Duration> waits_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace clip::client

#endif  // TESTS_CLIENT_FAKE_RETRY_CLOCK_H_

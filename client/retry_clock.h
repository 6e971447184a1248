#ifndef CLIENT_RETRY_CLOCK_H_
#define CLIENT_RETRY_CLOCK_H_

#include <functional>
#include <memory>

#include "absl/time/time.h"

namespace clip::client {

// One wait at a time. Thread-safe.
class RetryTimer {
 public:
  virtual ~RetryTimer() = default;

  // Runs `wake` exactly once, after `delay` or soon after Cancel, on any
  // thread, possibly before this function returns. The wait before has ended.
  virtual void Set(absl::Duration delay, std::function<void()> wake) = 0;

  // Ends the wait in progress, if there is one.
  virtual void Cancel() = 0;
};

// The time that retries live in; tests bring their own. Thread-safe.
class RetryClock {
 public:
  virtual ~RetryClock() = default;

  virtual absl::Time Now() const = 0;
  virtual std::unique_ptr<RetryTimer> NewTimer() = 0;
};

// Real time, on gRPC's alarms: a wait holds no thread.
std::unique_ptr<RetryClock> NewRealRetryClock();

}  // namespace clip::client

#endif  // CLIENT_RETRY_CLOCK_H_

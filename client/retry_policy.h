#ifndef CLIENT_RETRY_POLICY_H_
#define CLIENT_RETRY_POLICY_H_

#include <optional>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "client/retry_advice.h"

namespace clip::client {

struct RetryOptions {
  // Attempts in all, the first included. 1 = never retry; more attempts hide
  // longer outages and add load to a service that is already in trouble.
  int max_attempts = 3;
  // Wait before the second attempt; doubles with every further one. Longer
  // waits survive longer outages and delay the answer.
  absl::Duration initial_backoff = absl::Milliseconds(50);
  // Longest wait that we choose ourselves; the service may ask for more.
  absl::Duration max_backoff = absl::Seconds(1);
  // Part of each wait that is left to chance, in [0, 1]. Spreads the callers
  // of one outage; 0 lets them come back all at once.
  double jitter = 0.5;
  // The retry budget; see RetryThrottle. Half of the tokens are the calls that
  // may be in flight to a server that is killed, if none of them is to fail.
  double throttle_tokens = 100;
  double throttle_refill = 0.1;
};

// How one attempt ended.
struct FailedAttempt {
  // 1 for the first.
  int attempt = 1;
  absl::StatusCode code = absl::StatusCode::kUnknown;
  // The caller asked for the end of the call.
  bool cancelled_by_caller = false;
  // What the service said about a retry, if anything.
  std::optional<RetryAdvice> advice;
  // Until the deadline of the call.
  absl::Duration time_left = absl::InfiniteDuration();
};

// Decides whether and when a failed call is sent again. Immutable, a pure
// function of its arguments; the budget shared by all calls is RetryThrottle.
//
// Every method of the service reads only, so a retry is always safe. Worth one
// are UNAVAILABLE (loading, draining, connection lost), RESOURCE_EXHAUSTED
// (full) and a CANCELLED that the caller did not ask for, which is how a call
// that races the end of a draining server comes back.
class RetryPolicy {
 public:
  // INVALID_ARGUMENT names the option that is out of range.
  static absl::StatusOr<RetryPolicy> Create(const RetryOptions& options);

  // True where another attempt may succeed.
  static bool IsRetryable(const FailedAttempt& failure);

  // How long to wait before the next attempt, or nothing where the failure is
  // final: not retryable, attempts used up, the service said no, or the wait
  // would pass the deadline. `random` in [0, 1) places the wait in its jitter.
  std::optional<absl::Duration> DelayBeforeRetry(const FailedAttempt& failure,
                                                 double random) const;

 private:
  explicit RetryPolicy(const RetryOptions& options) : options_(options) {}

  absl::Duration Backoff(int attempt, double random) const;

  RetryOptions options_;
};

}  // namespace clip::client

#endif  // CLIENT_RETRY_POLICY_H_

#include "client/retry_policy.h"

#include <algorithm>

namespace clip::client {
namespace {

absl::Status Validate(const RetryOptions& options) {
  if (options.max_attempts < 1) {
    return absl::InvalidArgumentError("max_attempts is less than 1");
  }
  if (options.initial_backoff < absl::ZeroDuration() ||
      options.max_backoff < options.initial_backoff) {
    return absl::InvalidArgumentError(
        "initial_backoff is negative or greater than max_backoff");
  }
  if (!(options.jitter >= 0 && options.jitter <= 1)) {
    return absl::InvalidArgumentError("jitter is outside [0, 1]");
  }
  if (!(options.throttle_tokens > 0 && options.throttle_refill > 0)) {
    return absl::InvalidArgumentError(
        "throttle_tokens and throttle_refill must be positive");
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<RetryPolicy> RetryPolicy::Create(const RetryOptions& options) {
  absl::Status valid = Validate(options);
  if (!valid.ok()) return valid;
  return RetryPolicy(options);
}

bool RetryPolicy::IsRetryable(const FailedAttempt& failure) {
  switch (failure.code) {
    case absl::StatusCode::kUnavailable:
    case absl::StatusCode::kResourceExhausted:
      return true;
    case absl::StatusCode::kCancelled:
      return !failure.cancelled_by_caller;
    default:
      return false;
  }
}

std::optional<absl::Duration> RetryPolicy::DelayBeforeRetry(
    const FailedAttempt& failure, double random) const {
  if (!IsRetryable(failure) || failure.cancelled_by_caller) return std::nullopt;
  if (failure.attempt >= options_.max_attempts) return std::nullopt;
  absl::Duration delay = Backoff(failure.attempt, random);
  if (failure.advice.has_value()) {
    if (!failure.advice->may_retry) return std::nullopt;
    // Never earlier than asked, and spread, so that the callers that one full
    // queue turned away do not fill it again in the same instant.
    delay = failure.advice->delay * (1 + options_.jitter * random / 2);
  }
  if (delay >= failure.time_left) return std::nullopt;
  return delay;
}

absl::Duration RetryPolicy::Backoff(int attempt, double random) const {
  absl::Duration backoff = options_.initial_backoff;
  for (int i = 1; i < attempt && backoff < options_.max_backoff; ++i) {
    backoff *= 2;
  }
  backoff = std::min(backoff, options_.max_backoff);
  return backoff * (1 - options_.jitter * random);
}

}  // namespace clip::client

#include "client/retry_throttle.h"

#include <algorithm>

namespace clip::client {

RetryThrottle::RetryThrottle(double max_tokens, double refill)
    : max_tokens_(max_tokens), refill_(refill), tokens_(max_tokens) {}

void RetryThrottle::RecordSuccess() {
  MutexLock lock(mutex_);
  tokens_ = std::min(max_tokens_, tokens_ + refill_);
}

bool RetryThrottle::RecordFailure() {
  MutexLock lock(mutex_);
  tokens_ = std::max(0.0, tokens_ - 1);
  return tokens_ > max_tokens_ / 2;
}

bool RetryThrottle::AllowsRetries() const {
  MutexLock lock(mutex_);
  return tokens_ > max_tokens_ / 2;
}

}  // namespace clip::client

#include "server/observability/log_limiter.h"

#include <utility>

namespace clip::server {

std::optional<int64_t> LogLimiter::Allow(absl::Time now) {
  batching::MutexLock lock(mutex_);
  if (now < next_) {
    ++suppressed_;
    return std::nullopt;
  }
  next_ = now + interval_;
  return std::exchange(suppressed_, 0);
}

}  // namespace clip::server

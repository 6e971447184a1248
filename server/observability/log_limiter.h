#ifndef SERVER_OBSERVABILITY_LOG_LIMITER_H_
#define SERVER_OBSERVABILITY_LOG_LIMITER_H_

#include <cstdint>
#include <optional>

#include "absl/time/time.h"
#include "server/batching/mutex.h"

namespace clip::server {

// Decides which of many similar events gets a log line: at most one each
// interval, which then says how many it stands for. For refusals, which come
// in floods just when the server has no time to write.
//
//   if (auto suppressed = limiter.Allow(clock.Now())) {
//     logger.Log(..., {{"suppressed", *suppressed}});
//   }
//
// Thread-safe.
class LogLimiter {
 public:
  explicit LogLimiter(absl::Duration interval = absl::Seconds(1))
      : interval_(interval) {}

  // The number of events since the last line where this one may be written,
  // else nothing.
  std::optional<int64_t> Allow(absl::Time now);

 private:
  const absl::Duration interval_;
  batching::Mutex mutex_;
  absl::Time next_ ABSL_GUARDED_BY(mutex_) = absl::InfinitePast();
  int64_t suppressed_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace clip::server

#endif  // SERVER_OBSERVABILITY_LOG_LIMITER_H_

#ifndef SERVER_BATCHING_REAL_CLOCK_H_
#define SERVER_BATCHING_REAL_CLOCK_H_

#include <chrono>

#include "absl/time/time.h"
#include "server/batching/clock.h"
#include "server/batching/mutex.h"

namespace clip::batching {

// The monotonic clock of the operating system. It starts at the wall time of
// its construction, so that its times are readable in a log.
class RealClock final : public Clock {
 public:
  RealClock();

  absl::Time Now() const override;
  absl::Time FromWallTime(absl::Time wall_time) const override;
  void WaitUntil(CondVar& condition, Mutex& mutex, absl::Time time) override
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex);

 private:
  const absl::Time wall_origin_;
  const std::chrono::steady_clock::time_point steady_origin_;
};

}  // namespace clip::batching

#endif  // SERVER_BATCHING_REAL_CLOCK_H_

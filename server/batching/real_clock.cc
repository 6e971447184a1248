#include "server/batching/real_clock.h"

#include <algorithm>

#include "absl/time/clock.h"

namespace clip::batching {

RealClock::RealClock()
    : wall_origin_(absl::Now()),
      steady_origin_(std::chrono::steady_clock::now()) {}

absl::Time RealClock::Now() const {
  return wall_origin_ +
         absl::FromChrono(std::chrono::steady_clock::now() - steady_origin_);
}

absl::Time RealClock::FromWallTime(absl::Time wall_time) const {
  return Now() + (wall_time - absl::Now());
}

void RealClock::WaitUntil(CondVar& condition, Mutex& mutex, absl::Time time) {
  // The standard library adds the timeout to its own clock: a day at a time
  // cannot overflow, and the caller waits in a loop.
  const absl::Duration left =
      std::min<absl::Duration>(time - Now(), absl::Hours(24));
  if (left <= absl::ZeroDuration()) return;
  condition.WaitFor(mutex, absl::ToChronoNanoseconds(left));
}

}  // namespace clip::batching

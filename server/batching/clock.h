#ifndef SERVER_BATCHING_CLOCK_H_
#define SERVER_BATCHING_CLOCK_H_

#include "absl/time/time.h"
#include "server/batching/mutex.h"

namespace clip::batching {

// The one source of time of the server's inside. Its time never goes back and
// does not follow corrections of the wall clock, so a point in time of another
// origin (a gRPC deadline, absl::Now()) is converted once, where it comes in.
//
// Thread-safe.
class Clock {
 public:
  virtual ~Clock() = default;

  virtual absl::Time Now() const = 0;

  // The point on this clock that is as far away as `wall_time` is on the wall
  // clock. Infinite times stay infinite.
  virtual absl::Time FromWallTime(absl::Time wall_time) const = 0;

  // Waits for a notification of `condition` or until `time`, whichever comes
  // first; may also return for no reason.
  virtual void WaitUntil(CondVar& condition, Mutex& mutex, absl::Time time)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex) = 0;
};

}  // namespace clip::batching

#endif  // SERVER_BATCHING_CLOCK_H_

#ifndef CLIENT_LOAD_LOAD_CLOCK_H_
#define CLIENT_LOAD_LOAD_CLOCK_H_

#include <condition_variable>
#include <memory>

#include "absl/base/thread_annotations.h"
#include "absl/time/time.h"
#include "client/mutex.h"

namespace clip::client::load {

// The time that a run is paced and measured by; a test brings one that it moves
// itself. Thread-safe.
class LoadClock {
 public:
  virtual ~LoadClock() = default;

  // Never steps back. Counts from an arbitrary moment: only differences mean
  // something.
  virtual absl::Time Now() = 0;

  // Blocks until `time` or until `changed` is notified, whichever is first; may
  // also wake without a reason. `mutex` is given up meanwhile.
  virtual void WaitUntil(Mutex& mutex, std::condition_variable& changed,
                         absl::Time time)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex) = 0;

  // Processor time that this process has used so far, as a share of all cores:
  // the difference over one second of real time is at most one second.
  virtual absl::Duration CpuTime() = 0;
};

// To be made by the thread that waits on it: it tunes that thread's timer.
std::unique_ptr<LoadClock> NewRealLoadClock();

}  // namespace clip::client::load

#endif  // CLIENT_LOAD_LOAD_CLOCK_H_

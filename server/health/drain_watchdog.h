#ifndef SERVER_HEALTH_DRAIN_WATCHDOG_H_
#define SERVER_HEALTH_DRAIN_WATCHDOG_H_

#include <functional>
#include <thread>

#include "absl/time/time.h"
#include "server/batching/clock.h"
#include "server/batching/mutex.h"

namespace clip::server {

// Makes sure that a shutdown ends: calls `overrun` when it still exists at
// `deadline`. gRPC's own shutdown waits without end for a call that is never
// finished, so a defect of ours must not be able to hold the process.
//
// Thread-safe. `clock` must outlive it. `overrun` runs on a thread of its own
// under no lock, and is expected to end the process.
class DrainWatchdog {
 public:
  DrainWatchdog(batching::Clock& clock, absl::Time deadline,
                std::function<void()> overrun);

  // Calls it off.
  ~DrainWatchdog();

 private:
  void Run(absl::Time deadline);

  batching::Clock& clock_;
  const std::function<void()> overrun_;
  batching::Mutex mutex_;
  batching::CondVar called_off_changed_;
  bool called_off_ ABSL_GUARDED_BY(mutex_) = false;
  // Last: it starts when everything above is there.
  std::thread thread_;
};

}  // namespace clip::server

#endif  // SERVER_HEALTH_DRAIN_WATCHDOG_H_

#include "server/health/drain_watchdog.h"

#include <utility>

namespace clip::server {

DrainWatchdog::DrainWatchdog(batching::Clock& clock, absl::Time deadline,
                             std::function<void()> overrun)
    : clock_(clock),
      overrun_(std::move(overrun)),
      thread_([this, deadline] { Run(deadline); }) {}

DrainWatchdog::~DrainWatchdog() {
  {
    batching::MutexLock lock(mutex_);
    called_off_ = true;
  }
  called_off_changed_.NotifyAll();
  thread_.join();
}

void DrainWatchdog::Run(absl::Time deadline) {
  {
    batching::MutexLock lock(mutex_);
    while (!called_off_ && clock_.Now() < deadline) {
      clock_.WaitUntil(called_off_changed_, mutex_, deadline);
    }
    if (called_off_) return;
  }
  overrun_();
}

}  // namespace clip::server

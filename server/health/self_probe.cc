#include "server/health/self_probe.h"

#include <utility>

namespace clip::server {

absl::StatusOr<std::unique_ptr<SelfProbe>> SelfProbe::Create(
    const SelfProbeOptions& options, batching::Clock& clock,
    std::function<absl::Status()> check,
    std::function<void(const absl::Status&)> give_up) {
  if (options.period < absl::ZeroDuration()) {
    return absl::InvalidArgumentError("the probe period is negative");
  }
  if (options.max_failures < 1) {
    return absl::InvalidArgumentError("the probe must bear a failure");
  }
  return std::unique_ptr<SelfProbe>(
      new SelfProbe(options, clock, std::move(check), std::move(give_up)));
}

SelfProbe::SelfProbe(const SelfProbeOptions& options, batching::Clock& clock,
                     std::function<absl::Status()> check,
                     std::function<void(const absl::Status&)> give_up)
    : options_(options),
      clock_(clock),
      check_(std::move(check)),
      give_up_(std::move(give_up)),
      thread_([this] { Run(); }) {}

SelfProbe::~SelfProbe() {
  {
    batching::MutexLock lock(mutex_);
    stopping_ = true;
  }
  stop_requested_.NotifyAll();
  thread_.join();
}

void SelfProbe::Run() {
  int failures = 0;
  while (WaitForTurn()) {
    const absl::Status status = check_();
    failures = status.ok() ? 0 : failures + 1;
    if (failures == options_.max_failures) {
      give_up_(status);
      return;
    }
  }
}

bool SelfProbe::WaitForTurn() {
  batching::MutexLock lock(mutex_);
  const absl::Time turn = clock_.Now() + options_.period;
  while (!stopping_ && clock_.Now() < turn) {
    clock_.WaitUntil(stop_requested_, mutex_, turn);
  }
  return !stopping_;
}

}  // namespace clip::server

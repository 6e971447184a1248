#include "server/health/shutdown_signal.h"

#include <pthread.h>

#include <utility>

#include "absl/status/status.h"

namespace clip::server {
namespace {

// What a shell reports for a process that a signal ended.
constexpr int kSignalExitBase = 128;

}  // namespace

absl::StatusOr<std::unique_ptr<ShutdownSignal>> ShutdownSignal::Create(
    batching::Clock& clock, std::function<void(int)> exit) {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  const int error = pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  if (error != 0) {
    return absl::ErrnoToStatus(error, "SIGTERM cannot be blocked");
  }
  return std::unique_ptr<ShutdownSignal>(
      new ShutdownSignal(clock, std::move(exit), signals));
}

ShutdownSignal::ShutdownSignal(batching::Clock& clock,
                               std::function<void(int)> exit, sigset_t signals)
    : clock_(clock),
      exit_(std::move(exit)),
      signals_(signals),
      thread_([this] { TakeSignals(); }) {}

ShutdownSignal::~ShutdownSignal() {
  {
    batching::MutexLock lock(mutex_);
    stopping_ = true;
  }
  // Wakes sigwait of that thread alone.
  pthread_kill(thread_.native_handle(), SIGINT);
  thread_.join();
}

void ShutdownSignal::Arm() {
  batching::MutexLock lock(mutex_);
  armed_ = true;
}

bool ShutdownSignal::WaitFor(int count, absl::Time deadline) {
  batching::MutexLock lock(mutex_);
  while (requests_ < count && clock_.Now() < deadline) {
    clock_.WaitUntil(changed_, mutex_, deadline);
  }
  return requests_ >= count;
}

void ShutdownSignal::Request() {
  {
    batching::MutexLock lock(mutex_);
    ++requests_;
  }
  changed_.NotifyAll();
}

void ShutdownSignal::TakeSignals() {
  int signal = 0;
  while (sigwait(&signals_, &signal) == 0) {
    if (!Take(signal)) return;
  }
}

bool ShutdownSignal::Take(int signal) {
  bool armed = false;
  {
    batching::MutexLock lock(mutex_);
    if (stopping_) return false;
    armed = armed_;
  }
  if (armed) {
    Request();
  } else {
    exit_(kSignalExitBase + signal);
  }
  return true;
}

}  // namespace clip::server

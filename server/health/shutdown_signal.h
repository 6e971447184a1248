#ifndef SERVER_HEALTH_SHUTDOWN_SIGNAL_H_
#define SERVER_HEALTH_SHUTDOWN_SIGNAL_H_

#include <signal.h>

#include <functional>
#include <memory>
#include <thread>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "server/batching/clock.h"
#include "server/batching/mutex.h"

namespace clip::server {

// SIGTERM and SIGINT as something to wait for. A thread of its own takes the
// signals with sigwait, so no work is done in a signal handler.
//
// Until Arm, a signal ends the process at once with 128 + its number: nothing
// has been accepted that could be lost, and loading a model cannot be
// interrupted.
//
// Thread-safe. One at a time in a process.
class ShutdownSignal {
 public:
  // Blocks the signals in this thread and in all that it starts later; call it
  // before any other thread exists. `clock` must outlive it; `exit` ends the
  // process.
  static absl::StatusOr<std::unique_ptr<ShutdownSignal>> Create(
      batching::Clock& clock, std::function<void(int)> exit);

  // Ends the thread; the signals stay blocked.
  ~ShutdownSignal();

  // From now on signals are counted, not deadly.
  void Arm();

  // Blocks until `count` requests have come or `deadline` has; true where they
  // have come.
  bool WaitFor(int count, absl::Time deadline);

  // As a signal does: for tests, and for what must end the server from inside.
  void Request();

 private:
  ShutdownSignal(batching::Clock& clock, std::function<void(int)> exit,
                 sigset_t signals);

  void TakeSignals();
  // False when the thread is to end.
  bool Take(int signal);

  batching::Clock& clock_;
  const std::function<void(int)> exit_;
  const sigset_t signals_;
  batching::Mutex mutex_;
  batching::CondVar changed_;
  bool armed_ ABSL_GUARDED_BY(mutex_) = false;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  int requests_ ABSL_GUARDED_BY(mutex_) = 0;
  // Last: it starts when everything above is there.
  std::thread thread_;
};

}  // namespace clip::server

#endif  // SERVER_HEALTH_SHUTDOWN_SIGNAL_H_

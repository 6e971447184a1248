#ifndef SERVER_SERVICE_CALL_GATE_H_
#define SERVER_SERVICE_CALL_GATE_H_

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "server/batching/clock.h"
#include "server/batching/mutex.h"

namespace clip::server {

// Says whether calls are taken, and counts those that are open. It starts
// closed (warming up), is opened once and closed once (draining).
//
// Thread-safe. `clock` must outlive it.
class CallGate {
 public:
  explicit CallGate(batching::Clock& clock) : clock_(clock) {}

  // Counts the caller in; it must Leave later. UNAVAILABLE while closed.
  absl::Status Enter();
  void Leave();

  void Open();
  // Turns new calls away; those inside go on.
  void Close();

  // Blocks until no call is inside or `deadline` has come; true where no call
  // is left.
  bool WaitUntilIdle(absl::Time deadline);

 private:
  enum class State { kWarming, kOpen, kDraining };

  batching::Clock& clock_;
  batching::Mutex mutex_;
  batching::CondVar idle_;
  State state_ ABSL_GUARDED_BY(mutex_) = State::kWarming;
  int inside_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace clip::server

#endif  // SERVER_SERVICE_CALL_GATE_H_

#ifndef SERVER_HEALTH_SELF_PROBE_H_
#define SERVER_HEALTH_SELF_PROBE_H_

#include <functional>
#include <memory>
#include <thread>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "server/batching/clock.h"
#include "server/batching/mutex.h"

namespace clip::server {

struct SelfProbeOptions {
  // From the end of one check to the start of the next. Shorter finds a dead
  // server sooner and costs a connection each time. Zero checks all the time.
  absl::Duration period = absl::Seconds(5);
  // Failures in a row after which the server is given up. More bears longer
  // hiccups; fewer restarts sooner. At least 1.
  int max_failures = 3;
};

// Checks the server from inside, again and again, and gives it up when that
// fails too often in a row. A gRPC listener that once ran out of descriptors
// never accepts again although its port looks open, so only dialling it tells.
//
// Thread-safe. Runs its callbacks on a thread of its own, under no lock.
class SelfProbe {
 public:
  // `check` may block for a while; `give_up` gets the last error and is called
  // once. INVALID_ARGUMENT for options that make no sense. `clock` must outlive
  // the object.
  static absl::StatusOr<std::unique_ptr<SelfProbe>> Create(
      const SelfProbeOptions& options, batching::Clock& clock,
      std::function<absl::Status()> check,
      std::function<void(const absl::Status&)> give_up);

  // Waits for the check that runs.
  ~SelfProbe();

 private:
  SelfProbe(const SelfProbeOptions& options, batching::Clock& clock,
            std::function<absl::Status()> check,
            std::function<void(const absl::Status&)> give_up);

  void Run();
  // Blocks for one period; false when the object is being destroyed.
  bool WaitForTurn();

  const SelfProbeOptions options_;
  batching::Clock& clock_;
  const std::function<absl::Status()> check_;
  const std::function<void(const absl::Status&)> give_up_;
  batching::Mutex mutex_;
  batching::CondVar stop_requested_;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  // Last: it starts when everything above is there.
  std::thread thread_;
};

}  // namespace clip::server

#endif  // SERVER_HEALTH_SELF_PROBE_H_

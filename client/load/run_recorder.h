#ifndef CLIENT_LOAD_RUN_RECORDER_H_
#define CLIENT_LOAD_RUN_RECORDER_H_

#include "absl/time/time.h"
#include "client/load/load_target.h"
#include "client/load/run_result.h"

namespace clip::client::load {

// Turns the calls of a run into its result. Not thread-safe; it knows no clock.
class RunRecorder {
 public:
  struct Options {
    // Calls due before this moment of the run are left out.
    absl::Duration warm_up;
    // Positive. Shorter windows show short disturbances and are noisier.
    absl::Duration window;
    // Calls that take longer are counted as late.
    absl::Duration late_after;
  };

  struct Call {
    const CallSpec* spec = nullptr;
    // Since the start of the run.
    absl::Duration due;
    // From its being due to its end.
    absl::Duration latency;
    Outcome outcome = Outcome::kOk;
    // Null for a call that was not sent.
    const CallResult* result = nullptr;
  };

  explicit RunRecorder(const Options& options) : options_(options) {}

  // A call goes out at `sent`, `lag` after it could have.
  void RecordSend(absl::Duration due, absl::Duration lag);

  // A call has ended, or was never sent (Outcome::kNotSent).
  void RecordEnd(const Call& call);

  // Latencies of the good calls since the last time, warm-up included.
  LatencyHistogram TakeRecent();

  // True when the last three windows before `elapsed`, less one for answers
  // that are still to come, differ by less than a tenth; see IsStable.
  bool HasSettled(absl::Duration elapsed) const;

  // The result of a run of this length, warm-up included; once.
  RunResult Finish(absl::Duration length);

  const RunResult& so_far() const { return result_; }

 private:
  WindowResult& WindowAt(absl::Duration due);

  const Options options_;
  RunResult result_;
  LatencyHistogram recent_;
};

}  // namespace clip::client::load

#endif  // CLIENT_LOAD_RUN_RECORDER_H_

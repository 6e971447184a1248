#ifndef CLIENT_LOAD_LOAD_RUNNER_H_
#define CLIENT_LOAD_LOAD_RUNNER_H_

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>

#include "absl/base/thread_annotations.h"
#include "absl/time/time.h"
#include "client/load/arrival_plan.h"
#include "client/load/load_clock.h"
#include "client/load/load_target.h"
#include "client/load/run_recorder.h"
#include "client/load/run_result.h"
#include "client/mutex.h"

namespace clip::client::load {

// How far a run is.
struct RunProgress {
  absl::Duration elapsed;
  bool warming_up = false;
  // Since the start, warm-up included.
  uint64_t sent = 0;
  uint64_t ended = 0;
  uint64_t bad = 0;
  uint64_t in_flight = 0;
  // Since the last progress.
  absl::Duration interval;
  uint64_t ended_in_interval = 0;
  LatencyHistogram recent;
};

// Sends the calls of one run and measures them.
//
// In an open loop a call goes out when the plan says, whatever became of the
// ones before, and its latency counts from that moment: a server that stalls
// makes all calls late that were due meanwhile, not only the one that it held.
// In a closed loop a fixed number of callers each wait for their answer, and
// latency counts from the sending; a stall slows the callers down and hides.
//
// One object makes one run. The run happens on the caller's thread.
class LoadRunner {
 public:
  struct Options {
    // Left out of the result; caches fill and connections open meanwhile.
    absl::Duration warm_up = absl::ZeroDuration();
    absl::Duration window = absl::Seconds(1);
    absl::Duration late_after = absl::Milliseconds(100);
    // Open loop only: due calls beyond this are not sent, and the run is
    // invalid. More need more memory for requests in flight.
    uint64_t max_in_flight = 10'000;
    // End before the plan does, as soon as the windows are alike.
    bool until_stable = false;
    // End after all calls for so long were UNAVAILABLE.
    absl::Duration give_up_after = absl::Seconds(5);
  };

  // The spec of call `index`.
  using SpecSource = std::function<CallSpec(uint64_t index)>;
  // Called about twice a second; false ends the run.
  using KeepGoing = std::function<bool(const RunProgress&)>;

  // Borrows the clock and the target.
  LoadRunner(const Options& options, LoadClock* clock, LoadTarget* target,
             SpecSource specs, KeepGoing keep_going);

  // The plan includes the warm-up.
  RunResult RunOpenLoop(ArrivalPlan plan);

  // `duration` after the warm-up.
  RunResult RunClosedLoop(int concurrency, absl::Duration duration);

 private:
  // A call from its sending to its end.
  struct Flight {
    CallSpec spec;
    absl::Time due;
    // What it counts as where it ends with CANCELLED; guarded by mutex_.
    std::optional<Outcome> cut_as;
  };

  absl::Duration Elapsed() { return clock_->Now() - start_; }

  void Begin();
  // Lets time pass until `time`, with the progress calls that fall into it.
  // False where the run is to end.
  bool PassUntil(absl::Time time);
  // The same until a slot is free, or `time`; the moment since which it is.
  std::optional<absl::Time> AwaitSlot(absl::Time time);
  // Reports progress when it is time for that; false ends the run.
  bool Tick();
  bool ShouldGoOn();
  // Sends the next call, which was due at `due` and could go at `ready`.
  void Send(absl::Time due, absl::Time ready);
  // Notes when the client itself ends the call, if ever.
  void PlanCut(const std::shared_ptr<Flight>& flight, absl::Time sent);
  // Ends the calls whose time for that has come.
  void CutCalls();
  // When the next progress or cut is due.
  absl::Time NextDuty() const;
  void EndCall(const Flight& flight, const CallResult& result);
  // Waits for the calls in flight.
  void Drain();
  RunResult Finish(absl::Duration planned_length);

  const Options options_;
  LoadClock* const clock_;
  LoadTarget* const target_;
  const SpecSource specs_;
  const KeepGoing keep_going_;

  // Only of the thread of the run.
  absl::Time start_;
  absl::Duration cpu_start_;
  absl::Time next_tick_;
  absl::Time last_tick_;
  absl::Time measured_end_ = absl::InfiniteFuture();
  RunEnd end_ = RunEnd::kComplete;
  // All calls that the run sends have been sent.
  bool draining_ = false;
  uint64_t index_ = 0;
  uint64_t ended_at_last_tick_ = 0;
  struct Cut {
    std::shared_ptr<Flight> flight;
    Outcome as;
  };
  // By time. A call stays here although it may have ended.
  std::multimap<absl::Time, Cut> cuts_;

  Mutex mutex_;
  // A call has ended; notified only while notify_ is set, because waking the
  // sender for every answer costs more than the answer.
  std::condition_variable ended_;
  bool notify_ ABSL_GUARDED_BY(mutex_) = false;
  RunRecorder recorder_ ABSL_GUARDED_BY(mutex_);
  uint64_t in_flight_ ABSL_GUARDED_BY(mutex_) = 0;
  uint64_t sent_ ABSL_GUARDED_BY(mutex_) = 0;
  uint64_t sent_in_time_ ABSL_GUARDED_BY(mutex_) = 0;
  uint64_t count_ended_ ABSL_GUARDED_BY(mutex_) = 0;
  uint64_t bad_ ABSL_GUARDED_BY(mutex_) = 0;
  // Closed loop: when the free slots became free.
  std::deque<absl::Time> free_slots_ ABSL_GUARDED_BY(mutex_);
  // Since when every call was UNAVAILABLE.
  std::optional<absl::Time> gone_since_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace clip::client::load

#endif  // CLIENT_LOAD_LOAD_RUNNER_H_

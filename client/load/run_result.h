#ifndef CLIENT_LOAD_RUN_RESULT_H_
#define CLIENT_LOAD_RUN_RESULT_H_

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "client/call_counter.h"
#include "client/load/call_spec.h"
#include "client/load/latency_histogram.h"
#include "client/load/outcome.h"

namespace clip::client::load {

// Why a run ended.
enum class RunEnd {
  // All that was planned has been sent.
  kComplete,
  // As asked: its windows had become alike.
  kStable,
  // The two below leave a partial run. By the user:
  kInterrupted,
  // Nobody was at the address for long.
  kServerGone,
};

// snake_case, as in the reports.
absl::string_view NameOf(RunEnd end);

// The calls due in one stretch of a run, or of one kind.
struct CallStatistics {
  OutcomeCounts outcomes;
  // Of the good calls.
  LatencyHistogram latency;
};

struct WindowResult : CallStatistics {
  // Since the end of the warm-up.
  absl::Duration start;
  absl::Duration length;
};

// Sums over the good calls of what the server said of its own time.
struct ServerTiming {
  uint64_t calls = 0;
  absl::Duration preprocess;
  absl::Duration queue;
  absl::Duration forward;
  absl::Duration total;
};

// What a run has shown. Warm-up calls are counted, and otherwise left out. A
// call belongs to the moment at which it was due.
struct RunResult : CallStatistics {
  RunEnd end = RunEnd::kComplete;
  // After the warm-up.
  absl::Duration measured;
  uint64_t warm_up_calls = 0;
  // Of the calls that were due, sent before the measured time was over.
  uint64_t sent_in_time = 0;
  // Ended later than asked for, in whatever way, or never sent.
  uint64_t late = 0;
  // Of the bad calls that were sent.
  LatencyHistogram failure_latency;
  // From the moment at which a call was due, or its slot free, to its sending.
  LatencyHistogram send_lag;
  std::array<CallStatistics, kCallKindCount> by_kind;
  std::vector<WindowResult> windows;
  // Items that were compared with a known answer, and were right.
  uint64_t checked_items = 0;
  // Of each outcome that is not good, the first status as text; else empty. As
  // the server wrote it.
  std::array<std::string, kOutcomeCount> examples;
  ServerTiming server;
  // What went out for the calls, those of the warm-up included.
  CallCounts sent;
  // Of all cores, from 0 to 1.
  double client_cpu_share = 0;

  bool is_partial() const {
    return end == RunEnd::kInterrupted || end == RunEnd::kServerGone;
  }
};

}  // namespace clip::client::load

#endif  // CLIENT_LOAD_RUN_RESULT_H_

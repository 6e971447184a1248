#ifndef CLIENT_LOAD_LOAD_REPORT_H_
#define CLIENT_LOAD_LOAD_REPORT_H_

#include <array>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "client/load/run_result.h"
#include "client/load/server_metrics.h"
#include "client/load/verdict.h"

namespace clip::client::load {

// A quantile that reports show, and what they call it.
struct ReportedQuantile {
  double quantile;
  const char* name;
};
inline constexpr std::array<ReportedQuantile, 5> kReportedQuantiles = {
    {{0.5, "p50"},
     {0.9, "p90"},
     {0.95, "p95"},
     {0.99, "p99"},
     {0.999, "p99.9"}}};

// One run and how it was asked for.
struct RunReport {
  // Unique in a report, such as "100 calls/s" or "8 callers".
  std::string label;
  // Calls a second of an open loop; 0 where there is no single one.
  double rate = 0;
  // Callers of a closed loop; 0 = open.
  int concurrency = 0;
  RunResult result;
  Verdict verdict;
  // Its last windows are alike; see IsStable.
  bool is_stable = false;
  // Where there is an objective.
  std::optional<bool> meets_objective;
  // What the server's page of metrics says of the measured time, and of its
  // windows; nothing where it was not read.
  std::optional<ServerStretch> server;
  std::vector<ServerStretch> server_windows;

  // Good calls a second of the measured time.
  double GoodPerSecond() const;
  // Calls a second that were sent before the measured time was over.
  double SentPerSecond() const;
  // Of all calls, from 0 to 1.
  double BadShare() const;
  double LateShare() const;
};

// All that one command has measured.
struct LoadReport {
  // Flag and value, in the order of the command line's help.
  std::vector<std::pair<std::string, std::string>> config;
  absl::Duration late_after;
  std::vector<RunReport> runs;
  // Empty = none was asked for.
  std::string objective;
  // Highest rate that met it; of a search that found one.
  std::optional<double> highest_rate;
  bool searched = false;
  // Why the report is less than what was asked for; empty = it is all.
  std::string partial_reason;

  bool is_valid() const;
};

}  // namespace clip::client::load

#endif  // CLIENT_LOAD_LOAD_REPORT_H_

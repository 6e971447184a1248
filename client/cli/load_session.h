#ifndef CLIENT_CLI_LOAD_SESSION_H_
#define CLIENT_CLI_LOAD_SESSION_H_

#include <functional>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "client/cli/console.h"
#include "client/cli/load_flags.h"
#include "client/cli/load_plan.h"
#include "client/load/load_clock.h"
#include "client/load/load_report.h"
#include "client/load/load_runner.h"
#include "client/load/load_target.h"
#include "client/load/server_watch.h"

namespace clip::client {

// What a person sees while a run goes on, for example
//   100 calls/s  12 s  99.8 answers/s  p50 8.1 ms  p99 20.3 ms  2 in flight
std::string RenderLiveLine(const std::string& label,
                           const load::RunProgress& progress);

// Makes the runs of one command and says what they show. Used by one thread.
class LoadSession {
 public:
  struct Environment {
    load::LoadClock* clock;
    load::LoadTarget* target;
    // A person or the system wants the end.
    std::function<bool()> interrupted;
    // The server's page of metrics; null = it is not read.
    std::function<absl::StatusOr<std::string>()> metrics;
    // On the thread of the run, for tests in simulated time.
    bool reads_metrics_inline = false;
  };

  // Borrows all but the flags.
  LoadSession(const LoadFlags& flags, Environment environment,
              Console* console);

  // All runs of the plan, or its search. A run that is cut short is the last,
  // and makes the report partial. Prints the live line and each run's figures.
  load::LoadReport MakeRuns(const LoadPlan& plan);

 private:
  load::RunReport MakeRun(const PlannedRun& planned, const LoadPlan& plan);
  absl::Duration WindowOf(const PlannedRun& planned) const;
  load::RunResult Measure(const PlannedRun& planned, const LoadPlan& plan,
                          load::ServerWatch& watch);
  void Search(const LoadPlan& plan, load::LoadReport& report);
  // Adds the run; false where the report is partial now.
  bool AddRun(const PlannedRun& planned, const LoadPlan& plan,
              load::LoadReport& report);
  // Draws the line; false where the run is to end.
  bool ShowProgress(const std::string& label,
                    const load::RunProgress& progress);

  const LoadFlags flags_;
  const Environment environment_;
  Console& console_;
};

}  // namespace clip::client

#endif  // CLIENT_CLI_LOAD_SESSION_H_

#include "client/cli/load_session.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "client/cli/diagnostics.h"
#include "client/load/report_text.h"
#include "client/load/stability.h"

namespace clip::client {
namespace {

// More windows than this say nothing that fewer do not.
constexpr int kMaxWindows = 100;

std::string WhyPartial(load::RunEnd end) {
  return end == load::RunEnd::kInterrupted
             ? "the run was interrupted"
             : "the server was gone for five seconds";
}

}  // namespace

std::string RenderLiveLine(const std::string& label,
                           const load::RunProgress& progress) {
  const double seconds = absl::ToDoubleSeconds(progress.interval);
  const double rate =
      seconds > 0 ? static_cast<double>(progress.ended_in_interval) / seconds
                  : 0;
  std::string line =
      fmt::format("{}  {:.0f} s{}  {:.1f} answers/s  p50 {}  p99 {}", label,
                  absl::ToDoubleSeconds(progress.elapsed),
                  progress.warming_up ? " warming up" : "", rate,
                  load::ReadableTime(progress.recent.Quantile(0.5)),
                  load::ReadableTime(progress.recent.Quantile(0.99)));
  if (progress.bad > 0) line += fmt::format("  {} bad", progress.bad);
  return line + fmt::format("  {} in flight", progress.in_flight);
}

LoadSession::LoadSession(const LoadFlags& flags, Environment environment,
                         Console* console)
    : flags_(flags), environment_(std::move(environment)), console_(*console) {}

load::LoadReport LoadSession::MakeRuns(const LoadPlan& plan) {
  load::LoadReport report;
  report.late_after = flags_.late_after;
  report.objective = flags_.objective;
  if (plan.search.has_value()) {
    Search(plan, report);
  } else {
    for (const PlannedRun& planned : plan.runs) {
      if (!AddRun(planned, plan, report)) break;
    }
  }
  console_.out << load::SweepText(report) << std::flush;
  return report;
}

void LoadSession::Search(const LoadPlan& plan, load::LoadReport& report) {
  load::RateSearch search = *plan.search;
  report.searched = true;
  while (const std::optional<double> rate = search.Next()) {
    // The bounds are checked, and what lies between them is possible too.
    const absl::StatusOr<PlannedRun> planned = PlanRate(flags_, *rate);
    if (!planned.ok() || !AddRun(*planned, plan, report)) break;
    const load::RunReport& run = report.runs.back();
    search.Report(run.verdict.is_valid() &&
                  run.meets_objective.value_or(false));
  }
  report.highest_rate = search.best();
}

bool LoadSession::AddRun(const PlannedRun& planned, const LoadPlan& plan,
                         load::LoadReport& report) {
  report.runs.push_back(MakeRun(planned, plan));
  const load::RunReport& run = report.runs.back();
  console_.out << load::RunText(run, flags_.late_after) << std::flush;
  if (!run.result.is_partial()) return true;
  report.partial_reason = WhyPartial(run.result.end);
  return false;
}

load::RunReport LoadSession::MakeRun(const PlannedRun& planned,
                                     const LoadPlan& plan) {
  load::RunReport run;
  run.label = planned.label;
  run.rate = planned.rate;
  run.concurrency = planned.concurrency;
  load::ServerWatch watch({environment_.metrics, flags_.warm_up,
                           WindowOf(planned),
                           !environment_.reads_metrics_inline});
  const absl::Time start = environment_.clock->Now();
  run.result = Measure(planned, plan, watch);
  load::ServerWatch::Result server =
      watch.Finish(environment_.clock->Now() - start);
  if (!server.failure.ok()) {
    PrintError(console_, std::string(server.failure.message()));
  }
  run.server = std::move(server.whole);
  run.server_windows = std::move(server.windows);
  run.verdict = load::Judge(run.result);
  run.is_stable = load::IsStable(run.result.windows);
  if (plan.objective.has_value()) {
    run.meets_objective = load::Meets(run.result, *plan.objective);
  }
  return run;
}

absl::Duration LoadSession::WindowOf(const PlannedRun& planned) const {
  const absl::Duration length = planned.arrivals.has_value()
                                    ? planned.arrivals->length()
                                    : flags_.duration;
  return std::max(absl::Seconds(1), length / kMaxWindows);
}

load::RunResult LoadSession::Measure(const PlannedRun& planned,
                                     const LoadPlan& plan,
                                     load::ServerWatch& watch) {
  load::LoadRunner::Options options;
  options.warm_up = flags_.warm_up;
  options.window = WindowOf(planned);
  options.late_after = flags_.late_after;
  options.max_in_flight = static_cast<uint64_t>(flags_.max_in_flight);
  options.until_stable = flags_.until_stable;
  load::LoadRunner runner(
      options, environment_.clock, environment_.target,
      [&plan](uint64_t index) { return plan.workload.SpecOf(index); },
      [this, &planned, &watch](const load::RunProgress& progress) {
        watch.Advance(progress.elapsed);
        return ShowProgress(planned.label, progress);
      });
  const CallCounts before = environment_.target->counts();
  load::RunResult result =
      planned.concurrency > 0
          ? runner.RunClosedLoop(planned.concurrency, flags_.duration)
          : runner.RunOpenLoop(*planned.arrivals);
  result.sent = environment_.target->counts() - before;
  if (console_.err_is_terminal) console_.err << "\r\x1b[K" << std::flush;
  return result;
}

bool LoadSession::ShowProgress(const std::string& label,
                               const load::RunProgress& progress) {
  if (console_.err_is_terminal) {
    console_.err << '\r' << RenderLiveLine(label, progress) << "\x1b[K"
                 << std::flush;
  }
  return !environment_.interrupted();
}

}  // namespace clip::client

#include "client/load/report_text.h"

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "client/load/workload.h"

namespace clip::client::load {
namespace {

std::string OutcomesText(const OutcomeCounts& outcomes) {
  std::string text;
  for (size_t i = 0; i < kOutcomeCount; ++i) {
    const auto outcome = static_cast<Outcome>(i);
    if (outcomes[outcome] == 0) continue;
    absl::StrAppend(&text, ", ", outcomes[outcome], " ", NameOf(outcome));
  }
  return text;
}

std::string QuantilesText(const LatencyHistogram& times) {
  std::string text;
  for (const ReportedQuantile& reported : kReportedQuantiles) {
    absl::StrAppend(&text, reported.name, " ",
                    ReadableTime(times.Quantile(reported.quantile)), "  ");
  }
  return absl::StrCat(text, "max ", ReadableTime(times.max()));
}

// Statuses are the server's words: nothing in them may steer a terminal.
std::string ExamplesText(const RunResult& result) {
  std::string text;
  for (const std::string& example : result.examples) {
    if (example.empty()) continue;
    absl::StrAppend(&text, "            for example ",
                    absl::Utf8SafeCHexEscape(example), "\n");
  }
  return text;
}

// A share as "1.3 %".
std::string Percent(double share) {
  return absl::StrFormat("%.1f %%", 100 * share);
}

std::string KindsText(const RunResult& result) {
  std::string text;
  size_t kinds = 0;
  for (size_t i = 0; i < kCallKindCount; ++i) {
    const CallStatistics& calls = result.by_kind[i];
    if (calls.outcomes.total() == 0) continue;
    ++kinds;
    absl::StrAppend(
        &text, "  ", absl::StrFormat("%-9s ", NameOf(static_cast<CallKind>(i))),
        calls.outcomes.total(), " calls  ", QuantilesText(calls.latency), "\n");
  }
  return kinds > 1 ? text : "";
}

// Nothing where every call went out once.
std::string AttemptsText(const CallCounts& sent) {
  if (sent.retries + sent.hedges == 0) return "";
  return absl::StrFormat(
      "  attempts  %d for %d calls, warm-up included: %d retries, %d hedges, "
      "of "
      "which %d answered first\n",
      sent.attempts, sent.calls, sent.retries, sent.hedges, sent.hedges_won);
}

std::string ServerText(const RunReport& run) {
  std::string text;
  const ServerTiming& server = run.result.server;
  if (server.calls > 0) {
    const auto calls = static_cast<double>(server.calls);
    absl::StrAppend(&text, "  server    mean by its answers: preprocess ",
                    ReadableTime(server.preprocess / calls), ", queue ",
                    ReadableTime(server.queue / calls), ", forward ",
                    ReadableTime(server.forward / calls), ", total ",
                    ReadableTime(server.total / calls), "; the client saw ",
                    ReadableTime(run.result.latency.Mean()), "\n");
  }
  if (!run.server.has_value()) return text;
  std::vector<std::string> parts;
  for (const MetricMean& mean : run.server->stages) {
    parts.push_back(
        absl::StrCat(mean.name, " ", ReadableTime(absl::Seconds(mean.mean))));
  }
  for (const MetricMean& mean : run.server->batch_sizes) {
    parts.push_back(absl::StrFormat("%.1f a batch (%s)", mean.mean, mean.name));
  }
  if (run.server->cpu_cores > 0) {
    parts.push_back(absl::StrFormat("%.2f cores", run.server->cpu_cores));
  }
  if (!parts.empty()) {
    absl::StrAppend(&text, "            mean by its metrics: ",
                    absl::StrJoin(parts, ", "), "\n");
  }
  return text;
}

std::string VerdictText(const RunReport& run) {
  std::string text =
      run.verdict.is_valid()
          ? "valid"
          : absl::StrCat("INVALID: ", absl::StrJoin(run.verdict.reasons, "; "));
  absl::StrAppend(
      &text, run.is_stable ? "; the last windows are alike" : "; not settled");
  if (run.meets_objective.has_value()) {
    absl::StrAppend(
        &text, *run.meets_objective ? "; objective met" : "; objective MISSED");
  }
  if (run.result.is_partial()) {
    absl::StrAppend(&text, "; PARTIAL: ", NameOf(run.result.end));
  }
  return text;
}

}  // namespace

std::string ReadableTime(absl::Duration time) {
  const double milliseconds = absl::ToDoubleMilliseconds(time);
  if (milliseconds >= 1000) {
    return absl::StrFormat("%.2f s", milliseconds / 1000);
  }
  const int digits = milliseconds >= 100 ? 0 : milliseconds >= 1 ? 1 : 3;
  return absl::StrFormat("%.*f ms", digits, milliseconds);
}

std::string RunText(const RunReport& run, absl::Duration late_after) {
  const RunResult& result = run.result;
  const Estimate tail = result.latency.QuantileWithInterval(0.99);
  std::string text = absl::StrFormat(
      "%s, %s loop, %.1f s measured after %d warm-up calls\n", run.label,
      run.concurrency > 0 ? "closed" : "open",
      absl::ToDoubleSeconds(result.measured), result.warm_up_calls);
  absl::StrAppend(&text, "  calls     ", result.outcomes.total(), " due",
                  OutcomesText(result.outcomes), "\n", ExamplesText(result));
  absl::StrAppend(&text, AttemptsText(result.sent));
  absl::StrAppend(
      &text, absl::StrFormat("  rate      %.1f good calls/s, %.1f sent/s\n",
                             run.GoodPerSecond(), run.SentPerSecond()));
  absl::StrAppend(&text, "  latency   ", QuantilesText(result.latency), "\n");
  absl::StrAppend(&text, "            p99 is between ", ReadableTime(tail.low),
                  " and ", ReadableTime(tail.high), " (95 % confidence)\n");
  if (result.failure_latency.count() > 0) {
    absl::StrAppend(&text, "  failures  ",
                    QuantilesText(result.failure_latency), "\n");
  }
  absl::StrAppend(&text, KindsText(result));
  if (result.checked_items > 0) {
    absl::StrAppend(&text, "  answers   ", result.checked_items,
                    " as the known ones\n");
  }
  absl::StrAppend(&text, "  late      ", result.late, " calls (",
                  Percent(run.LateShare()), ") later than ",
                  ReadableTime(late_after), "\n", ServerText(run));
  absl::StrAppend(&text, "  client    sent late by ",
                  QuantilesText(result.send_lag), "; ",
                  Percent(result.client_cpu_share), " of all cores\n");
  return absl::StrCat(text, "  verdict   ", VerdictText(run), "\n");
}

std::string SweepText(const LoadReport& report) {
  if (report.runs.size() < 2 && !report.searched) return "";
  std::string text =
      absl::StrFormat("\n%-24s %10s %8s %10s %10s %10s  %s\n", "run", "good/s",
                      "bad", "p50", "p99", "max", "verdict");
  for (const RunReport& run : report.runs) {
    const LatencyHistogram& times = run.result.latency;
    absl::StrAppend(
        &text,
        absl::StrFormat("%-24s %10.1f %8s %10s %10s %10s  %s\n", run.label,
                        run.GoodPerSecond(), Percent(run.BadShare()),
                        ReadableTime(times.Quantile(0.5)),
                        ReadableTime(times.Quantile(0.99)),
                        ReadableTime(times.max()), VerdictText(run)));
  }
  if (!report.searched) return text;
  if (report.highest_rate.has_value()) {
    return absl::StrCat(
        text, absl::StrFormat("highest rate with %s: %.1f "
                              "calls/s\n",
                              report.objective, *report.highest_rate));
  }
  return absl::StrCat(text, "no valid run met ", report.objective, "\n");
}

}  // namespace clip::client::load

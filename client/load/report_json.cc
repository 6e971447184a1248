#include "client/load/report_json.h"

#include <nlohmann/json.hpp>

#include "client/load/workload.h"

namespace clip::client::load {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kReportSchema = 1;

double Milliseconds(absl::Duration time) {
  return absl::ToDoubleMilliseconds(time);
}

Json OutcomesJson(const OutcomeCounts& outcomes) {
  Json json = Json::object();
  for (size_t i = 0; i < kOutcomeCount; ++i) {
    const auto outcome = static_cast<Outcome>(i);
    json[std::string(NameOf(outcome))] = outcomes[outcome];
  }
  return json;
}

Json LatencyJson(const LatencyHistogram& times) {
  Json json = {{"count", times.count()},
               {"mean", Milliseconds(times.Mean())},
               {"min", Milliseconds(times.min())}};
  Json intervals = Json::object();
  for (const ReportedQuantile& reported : kReportedQuantiles) {
    const Estimate estimate = times.QuantileWithInterval(reported.quantile);
    json[reported.name] = Milliseconds(estimate.value);
    intervals[reported.name] = {Milliseconds(estimate.low),
                                Milliseconds(estimate.high)};
  }
  json["max"] = Milliseconds(times.max());
  json["intervals"] = std::move(intervals);
  return json;
}

Json StatisticsJson(const CallStatistics& calls) {
  return {{"calls", calls.outcomes.total()},
          {"outcomes", OutcomesJson(calls.outcomes)},
          {"latency_ms", LatencyJson(calls.latency)}};
}

Json WindowsJson(const RunResult& result) {
  Json windows = Json::array();
  for (const WindowResult& window : result.windows) {
    Json json = {{"start_s", absl::ToDoubleSeconds(window.start)},
                 {"length_s", absl::ToDoubleSeconds(window.length)}};
    json.update(StatisticsJson(window));
    windows.push_back(std::move(json));
  }
  return windows;
}

Json KindsJson(const RunResult& result) {
  Json kinds = Json::object();
  for (size_t i = 0; i < kCallKindCount; ++i) {
    if (result.by_kind[i].outcomes.total() == 0) continue;
    kinds[std::string(NameOf(static_cast<CallKind>(i)))] =
        StatisticsJson(result.by_kind[i]);
  }
  return kinds;
}

// Means of what the answers said.
Json ServerTimingJson(const ServerTiming& server) {
  if (server.calls == 0) return nullptr;
  const auto calls = static_cast<double>(server.calls);
  return {{"preprocess", Milliseconds(server.preprocess / calls)},
          {"queue", Milliseconds(server.queue / calls)},
          {"forward", Milliseconds(server.forward / calls)},
          {"total", Milliseconds(server.total / calls)}};
}

// `scale` turns the unit of the page into that of `key`.
Json MeansJson(const std::vector<MetricMean>& means, const char* key,
               double scale) {
  Json json = Json::object();
  for (const MetricMean& mean : means) {
    json[mean.name] = {{"count", mean.count}, {key, scale * mean.mean}};
  }
  return json;
}

Json StretchJson(const ServerStretch& stretch) {
  return {{"stages", MeansJson(stretch.stages, "mean_ms", 1000)},
          {"requests", MeansJson(stretch.requests, "mean_ms", 1000)},
          {"batch_sizes", MeansJson(stretch.batch_sizes, "mean", 1)},
          {"queue_items", stretch.queue_items},
          {"cpu_cores", stretch.cpu_cores}};
}

Json ServerMetricsJson(const RunReport& run) {
  Json json = StretchJson(run.server.value_or(ServerStretch()));
  json["windows"] = Json::array();
  for (const ServerStretch& window : run.server_windows) {
    Json entry = {{"start_s", absl::ToDoubleSeconds(window.start)},
                  {"length_s", absl::ToDoubleSeconds(window.length)}};
    entry.update(StretchJson(window));
    json["windows"].push_back(std::move(entry));
  }
  return json;
}

Json RunJson(const RunReport& run) {
  const RunResult& result = run.result;
  Json json = {{"label", run.label},
               {"loop", run.concurrency > 0 ? "closed" : "open"},
               {"rate", run.rate},
               {"concurrency", run.concurrency},
               {"end", std::string(NameOf(result.end))},
               {"valid", run.verdict.is_valid()},
               {"invalid_because", run.verdict.reasons},
               {"stable", run.is_stable},
               {"objective_met", nullptr}};
  if (run.meets_objective.has_value()) {
    json["objective_met"] = *run.meets_objective;
  }
  json["measured_s"] = absl::ToDoubleSeconds(result.measured);
  json["warm_up_calls"] = result.warm_up_calls;
  json.update(StatisticsJson(result));
  json["good_per_s"] = run.GoodPerSecond();
  json["sent_per_s"] = run.SentPerSecond();
  for (size_t i = 0; i < kOutcomeCount; ++i) {
    if (result.examples[i].empty()) continue;
    json["examples"][std::string(NameOf(static_cast<Outcome>(i)))] =
        result.examples[i];
  }
  json["sent"] = {{"calls", result.sent.calls},
                  {"attempts", result.sent.attempts},
                  {"retries", result.sent.retries},
                  {"hedges", result.sent.hedges},
                  {"hedges_won", result.sent.hedges_won}};
  json["checked_items"] = result.checked_items;
  json["late"] = result.late;
  json["late_share"] = run.LateShare();
  json["failure_latency_ms"] = LatencyJson(result.failure_latency);
  json["send_lag_ms"] = LatencyJson(result.send_lag);
  json["client_cpu_share"] = result.client_cpu_share;
  json["by_kind"] = KindsJson(result);
  json["server_answers_ms"] = ServerTimingJson(result.server);
  json["server_metrics"] = ServerMetricsJson(run);
  json["windows"] = WindowsJson(result);
  return json;
}

}  // namespace

std::string ReportJson(const LoadReport& report) {
  Json json = {{"schema", kReportSchema},
               {"partial", !report.partial_reason.empty()},
               {"partial_because", nullptr},
               {"valid", report.is_valid()},
               {"late_after_ms", Milliseconds(report.late_after)},
               {"config", Json::object()},
               {"objective", nullptr},
               {"highest_rate", nullptr},
               {"runs", Json::array()}};
  if (!report.partial_reason.empty()) {
    json["partial_because"] = report.partial_reason;
  }
  for (const auto& [flag, value] : report.config) json["config"][flag] = value;
  if (!report.objective.empty()) json["objective"] = report.objective;
  if (report.highest_rate.has_value()) {
    json["highest_rate"] = *report.highest_rate;
  }
  for (const RunReport& run : report.runs) {
    json["runs"].push_back(RunJson(run));
  }
  return json.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace clip::client::load

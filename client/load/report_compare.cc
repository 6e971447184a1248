#include "client/load/report_compare.h"

#include <nlohmann/json.hpp>

#include "absl/strings/str_cat.h"

namespace clip::client::load {
namespace {

using ParsedJson = nlohmann::json;

constexpr double kMaxBadGrowth = 1;

// What is compared of one run.
struct Figures {
  std::string label;
  double p50 = 0, p50_low = 0, p50_high = 0;
  double p99 = 0, p99_low = 0, p99_high = 0;
  double good_per_second = 0;
  double bad_percent = 0;
};

Figures FiguresOf(const ParsedJson& run) {
  const ParsedJson& latency = run.at("latency_ms");
  const ParsedJson& intervals = latency.at("intervals");
  Figures figures;
  figures.label = run.at("label").get<std::string>();
  figures.p50 = latency.at("p50").get<double>();
  figures.p50_low = intervals.at("p50").at(0).get<double>();
  figures.p50_high = intervals.at("p50").at(1).get<double>();
  figures.p99 = latency.at("p99").get<double>();
  figures.p99_low = intervals.at("p99").at(0).get<double>();
  figures.p99_high = intervals.at("p99").at(1).get<double>();
  figures.good_per_second = run.at("good_per_s").get<double>();
  const auto calls = run.at("calls").get<double>();
  const ParsedJson& outcomes = run.at("outcomes");
  // The last one is missing in reports of earlier versions.
  const double not_bad = outcomes.at("ok").get<double>() +
                         outcomes.at("refused_as_asked").get<double>() +
                         outcomes.value("cancelled_as_asked", 0.0);
  figures.bad_percent = calls > 0 ? 100 * (calls - not_bad) / calls : 0;
  return figures;
}

absl::StatusOr<std::vector<Figures>> ReadReport(absl::string_view text,
                                                absl::string_view which) {
  // Any key may be missing or of another type in a file from elsewhere.
  try {
    const ParsedJson json = ParsedJson::parse(text.begin(), text.end());
    if (json.at("partial").get<bool>() || !json.at("valid").get<bool>()) {
      return absl::FailedPreconditionError(
          absl::StrCat("the ", which, " report is partial or not valid"));
    }
    std::vector<Figures> runs;
    for (const ParsedJson& run : json.at("runs")) {
      runs.push_back(FiguresOf(run));
    }
    return runs;
  } catch (const ParsedJson::exception& error) {
    return absl::InvalidArgumentError(
        absl::StrCat("the ", which,
                     " report is not one of clip_client load: ", error.what()));
  }
}

void Compare(const Figures& before, const Figures& after, double tolerance,
             std::vector<FigureChange>& changes) {
  const auto is_slower = [tolerance](double old_value, double old_high,
                                     double new_value, double new_low) {
    return new_value > (1 + tolerance) * old_value && new_low > old_high;
  };
  changes.push_back(
      {before.label, "p50 ms", before.p50, after.p50,
       is_slower(before.p50, before.p50_high, after.p50, after.p50_low)});
  changes.push_back(
      {before.label, "p99 ms", before.p99, after.p99,
       is_slower(before.p99, before.p99_high, after.p99, after.p99_low)});
  changes.push_back(
      {before.label, "good calls/s", before.good_per_second,
       after.good_per_second,
       after.good_per_second < (1 - tolerance) * before.good_per_second});
  changes.push_back({before.label, "bad %", before.bad_percent,
                     after.bad_percent,
                     after.bad_percent > before.bad_percent + kMaxBadGrowth});
}

}  // namespace

absl::StatusOr<std::vector<FigureChange>> CompareReports(
    absl::string_view before, absl::string_view after, double tolerance) {
  const auto old_runs = ReadReport(before, "first");
  if (!old_runs.ok()) return old_runs.status();
  const auto new_runs = ReadReport(after, "second");
  if (!new_runs.ok()) return new_runs.status();
  std::vector<FigureChange> changes;
  for (const Figures& old_run : *old_runs) {
    for (const Figures& new_run : *new_runs) {
      if (new_run.label != old_run.label) continue;
      Compare(old_run, new_run, tolerance, changes);
      break;
    }
  }
  if (changes.empty()) {
    return absl::InvalidArgumentError("the reports have no run in common");
  }
  return changes;
}

}  // namespace clip::client::load

#include "client/load/server_metrics.h"

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

namespace clip::client::load {
namespace {

// The value of one label between the braces, or empty.
std::string LabelOf(absl::string_view labels, absl::string_view label) {
  const std::string key = absl::StrCat(label, "=\"");
  for (absl::string_view part : absl::StrSplit(labels, ',')) {
    if (absl::ConsumePrefix(&part, key) && absl::ConsumeSuffix(&part, "\"")) {
      return std::string(part);
    }
  }
  return "";
}

// Adds the line to `totals` where it is a sum or count of `metric`.
void AddLine(absl::string_view line, absl::string_view metric,
             absl::string_view label, MetricTotals& totals) {
  if (!absl::ConsumePrefix(&line, metric)) return;
  const bool is_sum = absl::ConsumePrefix(&line, "_sum{");
  if (!is_sum && !absl::ConsumePrefix(&line, "_count{")) return;
  const size_t end = line.rfind('}');
  if (end == absl::string_view::npos) return;
  const std::string name = LabelOf(line.substr(0, end), label);
  double value = 0;
  if (name.empty() || !absl::SimpleAtod(line.substr(end + 1), &value)) return;
  HistogramTotals& entry = totals[name];
  (is_sum ? entry.sum : entry.count) += value;
}

}  // namespace

ServerMetrics ParseServerMetrics(absl::string_view page) {
  ServerMetrics metrics;
  for (const absl::string_view line : absl::StrSplit(page, '\n')) {
    AddLine(line, "clip_stage_duration_seconds", "stage", metrics.stages);
    AddLine(line, "clip_request_duration_seconds", "method", metrics.requests);
    AddLine(line, "clip_batch_size", "tower", metrics.batch_sizes);
  }
  return metrics;
}

std::vector<MetricMean> MeansBetween(const MetricTotals& before,
                                     const MetricTotals& after) {
  std::vector<MetricMean> means;
  for (const auto& [name, end] : after) {
    const auto found = before.find(name);
    const HistogramTotals start =
        found == before.end() ? HistogramTotals() : found->second;
    const double count = end.count - start.count;
    const double sum = end.sum - start.sum;
    if (count > 0 && sum >= 0) means.push_back({name, count, sum / count});
  }
  return means;
}

}  // namespace clip::client::load

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

// Adds the value of the line to `sum` where it is one of `metric`, which has no
// histogram.
void AddValue(absl::string_view line, absl::string_view metric, double& sum) {
  if (!absl::ConsumePrefix(&line, metric) || line.empty()) return;
  if (line[0] != '{' && line[0] != ' ') return;
  double value = 0;
  if (absl::SimpleAtod(line.substr(line.rfind(' ') + 1), &value)) sum += value;
}

}  // namespace

ServerMetrics ParseServerMetrics(absl::string_view page) {
  ServerMetrics metrics;
  for (const absl::string_view line : absl::StrSplit(page, '\n')) {
    AddLine(line, "clip_stage_duration_seconds", "stage", metrics.stages);
    AddLine(line, "clip_request_duration_seconds", "method", metrics.requests);
    AddLine(line, "clip_batch_size", "tower", metrics.batch_sizes);
    AddValue(line, "clip_queue_items", metrics.queue_items);
    AddValue(line, "process_cpu_seconds_total", metrics.cpu_seconds);
  }
  // How long a stream lives says nothing of its items.
  metrics.requests.erase("EncodeStream");
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

ServerStretch StretchBetween(const ServerMetrics& before, absl::Duration start,
                             const ServerMetrics& after, absl::Duration end) {
  ServerStretch stretch;
  stretch.start = start;
  stretch.length = end - start;
  stretch.stages = MeansBetween(before.stages, after.stages);
  stretch.requests = MeansBetween(before.requests, after.requests);
  stretch.batch_sizes = MeansBetween(before.batch_sizes, after.batch_sizes);
  stretch.queue_items = after.queue_items;
  const double seconds = absl::ToDoubleSeconds(stretch.length);
  const double used = after.cpu_seconds - before.cpu_seconds;
  // A restarted server begins at nothing.
  if (seconds > 0 && used > 0) stretch.cpu_cores = used / seconds;
  return stretch;
}

double MeanOf(const std::vector<MetricMean>& means) {
  double sum = 0, count = 0;
  for (const MetricMean& mean : means) {
    sum += mean.mean * mean.count;
    count += mean.count;
  }
  return count > 0 ? sum / count : 0;
}

}  // namespace clip::client::load

#include "client/load/report_charts.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "client/load/workload.h"

namespace clip::client::load {
namespace {

constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();
constexpr int kTimeTicks = 6;
constexpr int kQuantileSteps = 80;
// Beyond p99.999 there are never enough calls.
constexpr double kMostNines = 5;

double MillisecondsOf(absl::Duration time) {
  return absl::ToDoubleMilliseconds(time);
}

// Percentiles by the number of nines: 90 % is 1, 99 % is 2, so that the tail
// has as much room as the rest.
double QuantileOfNines(double nines) { return 1 - std::pow(10, -nines); }

ChartSeries QuantileSeries(const LatencyHistogram& times, double most_nines) {
  ChartSeries series;
  for (int i = 0; i <= kQuantileSteps; ++i) {
    const double nines = most_nines * i / kQuantileSteps;
    const Estimate estimate =
        times.QuantileWithInterval(QuantileOfNines(nines));
    series.points.push_back({nines, MillisecondsOf(estimate.value)});
    series.bands.push_back(
        {MillisecondsOf(estimate.low), MillisecondsOf(estimate.high)});
  }
  return series;
}

Chart QuantileChart(const RunReport& run) {
  const LatencyHistogram& all = run.result.latency;
  Chart chart;
  chart.title = "Latency by percentile, ms (with its 95 % confidence)";
  chart.x_name = "percentile of the good calls";
  chart.may_be_logarithmic = true;
  if (all.count() == 0) return chart;
  // Half a call short of all: the last point is the largest time.
  chart.x_max = std::clamp(std::log10(2 * static_cast<double>(all.count())),
                           1.0, kMostNines);
  chart.x_ticks = {{0, "0"}, {1 - std::log10(5), "p50"}};
  const std::array<const char*, 5> names = {"p90", "p99", "p99.9", "p99.99",
                                            "p99.999"};
  for (int i = 0; i < 5 && i + 1 <= chart.x_max + 1e-9; ++i) {
    chart.x_ticks.push_back({i + 1.0, names[static_cast<size_t>(i)]});
  }
  chart.series.push_back(QuantileSeries(all, chart.x_max));
  static constexpr std::array<ChartColour, kCallKindCount> kColours = {
      ChartColour::kOrange, ChartColour::kGreen, ChartColour::kPurple,
      ChartColour::kTeal, ChartColour::kRed};
  for (size_t i = 0; i < kCallKindCount; ++i) {
    const LatencyHistogram& times = run.result.by_kind[i].latency;
    if (times.count() == 0 || times.count() == all.count()) continue;
    ChartSeries series = QuantileSeries(
        times, std::min(chart.x_max,
                        std::log10(2 * static_cast<double>(times.count()))));
    series.name = std::string(NameOf(static_cast<CallKind>(i)));
    series.colour = kColours[i];
    series.bands.clear();
    chart.series.push_back(std::move(series));
  }
  if (chart.series.size() > 1) chart.series[0].name = "all";
  return chart;
}

Chart NewTimeChart(const RunReport& run, std::string title) {
  Chart chart;
  chart.title = std::move(title);
  chart.x_name = "seconds since the warm-up";
  chart.x_max = std::max(1e-3, absl::ToDoubleSeconds(run.result.measured));
  chart.x_ticks = RoundTicks(0, chart.x_max, kTimeTicks);
  return chart;
}

template <typename Window>
double MiddleOf(const Window& window) {
  return absl::ToDoubleSeconds(window.start + window.length / 2);
}

Chart LatencyOverTime(const RunReport& run) {
  Chart chart = NewTimeChart(run, "Latency over time, ms");
  chart.may_be_logarithmic = true;
  ChartSeries median{"p50", ChartColour::kBlue, {}};
  ChartSeries tail{"p99", ChartColour::kOrange, {}};
  ChartSeries most{"max", ChartColour::kRed, {}};
  for (const WindowResult& window : run.result.windows) {
    const double x = MiddleOf(window);
    const bool is_empty = window.latency.count() == 0;
    const auto at = [&](absl::Duration time) {
      return ChartPoint{x, is_empty ? kUnknown : MillisecondsOf(time)};
    };
    median.points.push_back(at(window.latency.Quantile(0.5)));
    tail.points.push_back(at(window.latency.Quantile(0.99)));
    most.points.push_back(at(window.latency.max()));
  }
  chart.series = {std::move(most), std::move(tail), std::move(median)};
  return chart;
}

Chart RateOverTime(const RunReport& run) {
  Chart chart = NewTimeChart(run, "Calls a second");
  ChartSeries due{"due", ChartColour::kMuted, {}};
  ChartSeries good{"good", ChartColour::kGreen, {}};
  ChartSeries bad{"bad", ChartColour::kRed, {}};
  for (const WindowResult& window : run.result.windows) {
    const double x = MiddleOf(window);
    const double seconds = absl::ToDoubleSeconds(window.length);
    const auto at = [&](uint64_t count) {
      return ChartPoint{x, static_cast<double>(count) / seconds};
    };
    due.points.push_back(at(window.outcomes.total()));
    good.points.push_back(at(window.outcomes.good()));
    bad.points.push_back(at(window.outcomes.bad()));
  }
  chart.series = {std::move(due), std::move(good)};
  if (run.result.outcomes.bad() > 0) chart.series.push_back(std::move(bad));
  return chart;
}

ChartSeries ClientMeans(const RunReport& run) {
  ChartSeries series{"client saw", ChartColour::kBlue, {}};
  for (const WindowResult& window : run.result.windows) {
    series.points.push_back(
        {MiddleOf(window), window.latency.count() == 0
                               ? kUnknown
                               : MillisecondsOf(window.latency.Mean())});
  }
  return series;
}

// What a part of every window's means says, in milliseconds.
ChartSeries StageSeries(const RunReport& run, const std::string& stage,
                        ChartColour colour) {
  ChartSeries series{stage, colour, {}};
  bool is_known = false;
  for (const ServerStretch& window : run.server_windows) {
    double value = kUnknown;
    for (const MetricMean& mean : window.stages) {
      if (mean.name == stage) value = 1000 * mean.mean;
    }
    is_known = is_known || std::isfinite(value);
    series.points.push_back({MiddleOf(window), value});
  }
  if (!is_known) series.points.clear();
  return series;
}

Chart StagesOverTime(const RunReport& run) {
  Chart chart =
      NewTimeChart(run, "Stages of the server beside the client, mean ms");
  if (run.server_windows.empty()) return chart;
  chart.may_be_logarithmic = true;
  chart.series.push_back(ClientMeans(run));
  ChartSeries calls{"server", ChartColour::kText, {}};
  for (const ServerStretch& window : run.server_windows) {
    const double mean = MeanOf(window.requests);
    calls.points.push_back(
        {MiddleOf(window), mean > 0 ? 1000 * mean : kUnknown});
  }
  chart.series.push_back(std::move(calls));
  static constexpr std::array<std::pair<const char*, ChartColour>, 6> kStages =
      {{{"queue", ChartColour::kOrange},
        {"queue_bulk", ChartColour::kRed},
        {"forward", ChartColour::kPurple},
        {"decode", ChartColour::kGreen},
        {"tokenize", ChartColour::kTeal},
        {"respond", ChartColour::kMuted}}};
  for (const auto& [stage, colour] : kStages) {
    ChartSeries series = StageSeries(run, stage, colour);
    if (!series.points.empty()) chart.series.push_back(std::move(series));
  }
  return chart;
}

// What a run was asked for: calls a second, or callers.
double AskedOf(const RunReport& run) {
  return run.concurrency > 0 ? run.concurrency : run.rate;
}

Chart NewSweepChart(const std::vector<const RunReport*>& runs,
                    std::string title) {
  Chart chart;
  chart.title = std::move(title);
  chart.x_name =
      runs[0]->concurrency > 0 ? "callers" : "calls a second, asked for";
  chart.x_min = 0;
  chart.x_max = 1.03 * AskedOf(*runs.back());
  chart.x_ticks = RoundTicks(0, chart.x_max, kTimeTicks);
  return chart;
}

Chart LatencyAgainstRate(const std::vector<const RunReport*>& runs) {
  Chart chart = NewSweepChart(runs, "Latency against load, ms");
  chart.may_be_logarithmic = true;
  static constexpr std::array<std::pair<size_t, ChartColour>, 3> kShown = {
      {{3, ChartColour::kOrange},
       {2, ChartColour::kPurple},
       {0, ChartColour::kBlue}}};
  for (const auto& [place, colour] : kShown) {
    const ReportedQuantile& quantile = kReportedQuantiles[place];
    ChartSeries series{quantile.name, colour, {}, {}, true};
    for (const RunReport* run : runs) {
      const Estimate estimate =
          run->result.latency.QuantileWithInterval(quantile.quantile);
      const bool is_empty = run->result.latency.count() == 0;
      series.points.push_back(
          {AskedOf(*run),
           is_empty ? kUnknown : MillisecondsOf(estimate.value)});
    }
    chart.series.push_back(std::move(series));
  }
  return chart;
}

Chart GoodAgainstRate(const std::vector<const RunReport*>& runs) {
  Chart chart = NewSweepChart(runs, "Good calls a second against load");
  ChartSeries good{"good", ChartColour::kGreen, {}, {}, true};
  ChartSeries sent{"sent", ChartColour::kMuted, {}, {}, true};
  for (const RunReport* run : runs) {
    good.points.push_back({AskedOf(*run), run->GoodPerSecond()});
    sent.points.push_back({AskedOf(*run), run->SentPerSecond()});
  }
  chart.series = {std::move(sent), std::move(good)};
  return chart;
}

}  // namespace

std::vector<Chart> RunCharts(const RunReport& run) {
  std::vector<Chart> charts;
  for (Chart chart : {QuantileChart(run), LatencyOverTime(run),
                      RateOverTime(run), StagesOverTime(run)}) {
    if (HasPoints(chart)) charts.push_back(std::move(chart));
  }
  return charts;
}

std::vector<Chart> SweepCharts(const LoadReport& report) {
  std::vector<const RunReport*> runs;
  for (const RunReport& run : report.runs) {
    if (AskedOf(run) > 0) runs.push_back(&run);
  }
  // A search does not try its rates in order.
  std::sort(runs.begin(), runs.end(), [](const auto* a, const auto* b) {
    return AskedOf(*a) < AskedOf(*b);
  });
  std::vector<Chart> charts;
  if (runs.size() < 2) return charts;
  for (Chart chart : {LatencyAgainstRate(runs), GoodAgainstRate(runs)}) {
    if (HasPoints(chart)) charts.push_back(std::move(chart));
  }
  return charts;
}

}  // namespace clip::client::load

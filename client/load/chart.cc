#include "client/load/chart.h"

#include <algorithm>
#include <cmath>

#include "absl/strings/str_format.h"

namespace clip::client::load {

bool HasPoints(const Chart& chart) {
  return std::any_of(
      chart.series.begin(), chart.series.end(), [](const ChartSeries& series) {
        return std::any_of(
            series.points.begin(), series.points.end(),
            [](const ChartPoint& point) { return std::isfinite(point.y); });
      });
}

std::vector<ChartTick> RoundTicks(double low, double high, int count) {
  std::vector<ChartTick> ticks;
  if (!(high > low) || count < 1) return ticks;
  const double rough = (high - low) / count;
  const double decade = std::pow(10, std::floor(std::log10(rough)));
  double step = 10 * decade;
  for (const double factor : {1.0, 2.0, 5.0}) {
    if (factor * decade >= rough * (1 - 1e-9)) {
      step = factor * decade;
      break;
    }
  }
  // By whole numbers: a sum of steps would drift.
  const auto first = static_cast<long>(std::ceil(low / step - 1e-9));
  const auto last = static_cast<long>(std::floor(high / step + 1e-9));
  for (long i = first; i <= last; ++i) {
    const double at = static_cast<double>(i) * step;
    ticks.push_back({at, absl::StrFormat("%.6g", at)});
  }
  return ticks;
}

}  // namespace clip::client::load

#include "client/load/stability.h"

#include <array>
#include <cmath>

namespace clip::client::load {
namespace {

constexpr size_t kComparedWindows = 3;
constexpr double kStabilityTolerance = 0.1;
// Of a count of n independent calls, 95 % lie within so many times sqrt(n).
constexpr double kCountDeviations = 2;

// A value, and where chance may have put it.
struct Range {
  double value = 0;
  double low = 0;
  double high = 0;
};
using Ranges = std::array<Range, kComparedWindows>;

bool AreAlike(const Ranges& ranges) {
  double mean = 0;
  for (const Range& range : ranges) mean += range.value / kComparedWindows;
  for (const Range& range : ranges) {
    const bool is_near =
        std::abs(range.value - mean) <= kStabilityTolerance * mean;
    if (!is_near && (mean < range.low || mean > range.high)) return false;
  }
  return mean > 0;
}

Range RateOf(const WindowResult& window) {
  const auto count = static_cast<double>(window.outcomes.good());
  const double spread = kCountDeviations * std::sqrt(count);
  const double seconds = absl::ToDoubleSeconds(window.length);
  return {count / seconds, (count - spread) / seconds,
          (count + spread) / seconds};
}

Range QuantileOf(const WindowResult& window, double quantile) {
  const Estimate estimate = window.latency.QuantileWithInterval(quantile);
  return {absl::ToDoubleSeconds(estimate.value),
          absl::ToDoubleSeconds(estimate.low),
          absl::ToDoubleSeconds(estimate.high)};
}

}  // namespace

bool IsStable(absl::Span<const WindowResult> windows) {
  if (windows.size() < kComparedWindows) return false;
  windows.remove_prefix(windows.size() - kComparedWindows);
  Ranges rates, medians, tails;
  for (size_t i = 0; i < kComparedWindows; ++i) {
    rates[i] = RateOf(windows[i]);
    medians[i] = QuantileOf(windows[i], 0.5);
    tails[i] = QuantileOf(windows[i], 0.95);
  }
  return AreAlike(rates) && AreAlike(medians) && AreAlike(tails);
}

}  // namespace clip::client::load

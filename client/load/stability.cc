#include "client/load/stability.h"

#include <array>
#include <cmath>
#include <numeric>

namespace clip::client::load {
namespace {

constexpr size_t kComparedWindows = 3;
constexpr double kStabilityTolerance = 0.1;

using Values = std::array<double, kComparedWindows>;

bool AreAlike(const Values& values) {
  const double mean =
      std::accumulate(values.begin(), values.end(), 0.0) / kComparedWindows;
  for (const double value : values) {
    if (std::abs(value - mean) > kStabilityTolerance * mean) return false;
  }
  return mean > 0;
}

}  // namespace

bool IsStable(absl::Span<const WindowResult> windows) {
  if (windows.size() < kComparedWindows) return false;
  windows.remove_prefix(windows.size() - kComparedWindows);
  Values rates, medians, tails;
  for (size_t i = 0; i < kComparedWindows; ++i) {
    const WindowResult& window = windows[i];
    rates[i] = static_cast<double>(window.outcomes.good()) /
               absl::ToDoubleSeconds(window.length);
    medians[i] = absl::ToDoubleSeconds(window.latency.Quantile(0.5));
    tails[i] = absl::ToDoubleSeconds(window.latency.Quantile(0.95));
  }
  return AreAlike(rates) && AreAlike(medians) && AreAlike(tails);
}

}  // namespace clip::client::load

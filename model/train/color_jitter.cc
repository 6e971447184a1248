#include "model/train/color_jitter.h"

#include <algorithm>
#include <utility>

#include "model/image/color_adjustment.h"

namespace clip::model {

ColorJitter ColorJitter::Draw(const ColorJitterOptions& options,
                              RandomNumbers& numbers) {
  ColorJitter jitter;
  for (size_t i = jitter.order.size(); i > 1; --i) {
    std::swap(jitter.order[i - 1], jitter.order[numbers.Below(i)]);
  }
  const auto draw = [&](double low, double high) {
    return static_cast<float>(numbers.Uniform(low, high));
  };
  const std::array<double, 3> strengths = {options.brightness, options.contrast,
                                           options.saturation};
  for (size_t i = 0; i < strengths.size(); ++i) {
    const double strength = strengths[i];
    if (strength == 0.0) continue;
    jitter.factors[i] = draw(std::max(0.0, 1.0 - strength), 1.0 + strength);
  }
  if (options.hue != 0.0) jitter.factors[3] = draw(-options.hue, options.hue);
  return jitter;
}

void ColorJitter::Apply(absl::Span<uint8_t> rgb) const {
  constexpr std::array<void (*)(absl::Span<uint8_t>, float), 4> kAdjust = {
      AdjustBrightness, AdjustContrast, AdjustSaturation, AdjustHue};
  for (const int property : order) {
    const auto at = static_cast<size_t>(property);
    if (factors[at].has_value()) kAdjust[at](rgb, *factors[at]);
  }
}

}  // namespace clip::model

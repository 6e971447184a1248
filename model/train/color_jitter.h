#ifndef MODEL_TRAIN_COLOR_JITTER_H_
#define MODEL_TRAIN_COLOR_JITTER_H_

#include <array>
#include <cstdint>
#include <optional>

#include "absl/types/span.h"
#include "model/train/random_numbers.h"

namespace clip::model {

// How far torchvision's ColorJitter goes; 0 leaves that property alone.
struct ColorJitterOptions {
  // Factors are drawn from max(0, 1 - x) to 1 + x.
  double brightness = 0.0;
  double contrast = 0.0;
  double saturation = 0.0;
  // The hue is turned by -x to x of the circle; at most 0.5.
  double hue = 0.0;
};

// One change of colours. Properties are numbered brightness, contrast,
// saturation, hue.
struct ColorJitter {
  // The four properties in the order of their changes.
  std::array<int, 4> order = {0, 1, 2, 3};
  // By property; one without a factor does not change.
  std::array<std::optional<float>, 4> factors;

  static ColorJitter Draw(const ColorJitterOptions& options,
                          RandomNumbers& numbers);

  // To the last bit what torchvision does to a Pillow picture. `rgb` is whole
  // R, G, B pixels, changed in place.
  void Apply(absl::Span<uint8_t> rgb) const;
};

}  // namespace clip::model

#endif  // MODEL_TRAIN_COLOR_JITTER_H_

#include "model/image/pixel_normalizer.h"

#include <algorithm>

namespace clip::model {

PixelNormalizer::PixelNormalizer(const std::array<float, 3>& mean,
                                 const std::array<float, 3>& std) {
  for (size_t c = 0; c < numbers_.size(); ++c) {
    for (size_t value = 0; value < numbers_[c].size(); ++value) {
      // Three roundings to float32, in torchvision's order.
      const float unit = static_cast<float>(value) / 255.0F;
      const float centred = unit - mean[c];
      numbers_[c][value] = centred / std[c];
    }
  }
}

void PixelNormalizer::Normalize(const uint8_t* rgb, size_t count, size_t plane,
                                float* out) const {
  float* red = out;
  float* green = out + plane;
  float* blue = out + 2 * plane;
  for (size_t i = 0; i < count; ++i, rgb += 3) {
    red[i] = numbers_[0][rgb[0]];
    green[i] = numbers_[1][rgb[1]];
    blue[i] = numbers_[2][rgb[2]];
  }
}

void PixelNormalizer::Fill(const std::array<uint8_t, 3>& color, size_t count,
                           size_t plane, float* out) const {
  for (size_t c = 0; c < 3; ++c) {
    std::fill_n(out + c * plane, count, numbers_[c][color[c]]);
  }
}

}  // namespace clip::model

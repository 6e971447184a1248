#include "model/image/pixel_normalizer.h"

#include <algorithm>
#include <cmath>

#include "model/image/normalize_avx2.h"

namespace clip::model {

PixelNormalizer::PixelNormalizer(const std::array<float, 3>& mean,
                                 const std::array<float, 3>& std)
    : mean_(mean), std_(std) {
  for (size_t c = 0; c < numbers_.size(); ++c) {
    for (size_t value = 0; value < numbers_[c].size(); ++value) {
      // Three roundings to float32, in torchvision's order.
      const float unit = static_cast<float>(value) / 255.0F;
      const float centred = unit - mean[c];
      numbers_[c][value] = centred / std[c];
    }
  }
  use_avx2_ = CanUseAvx2();
}

bool PixelNormalizer::CanUseAvx2() const {
#if defined(__x86_64__)
  const bool supported =
      __builtin_cpu_supports("avx2") != 0 && __builtin_cpu_supports("fma") != 0;
  if (!supported) return false;
  constexpr size_t kNumbers = size_t{3} * 256;
  std::array<uint8_t, kNumbers> grays;
  for (size_t i = 0; i < grays.size(); ++i) {
    grays[i] = static_cast<uint8_t>(i / 3);
  }
  std::array<float, kNumbers> numbers;
  NormalizeWithAvx2(grays.data(), 256, 256, mean_, std_, numbers.data());
  const auto same = [](float a, float b) {
    return a == b && std::signbit(a) == std::signbit(b);
  };
  const float* vector = numbers.data();
  for (const auto& channel : numbers_) {
    if (!std::equal(channel.begin(), channel.end(), vector, same)) return false;
    vector += channel.size();
  }
  return true;
#else
  return false;
#endif
}

void PixelNormalizer::Normalize(const uint8_t* rgb, size_t count, size_t plane,
                                float* out) const {
  size_t done = 0;
#if defined(__x86_64__)
  if (use_avx2_) {
    done = count / 8 * 8;
    NormalizeWithAvx2(rgb, done, plane, mean_, std_, out);
    rgb += 3 * done;
  }
#endif
  float* red = out;
  float* green = out + plane;
  float* blue = out + 2 * plane;
  for (size_t i = done; i < count; ++i, rgb += 3) {
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

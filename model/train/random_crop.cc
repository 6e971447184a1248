#include "model/train/random_crop.h"

#include <algorithm>
#include <cmath>

namespace clip::model {
namespace {

CropBox CentralCrop(int64_t width, int64_t height,
                    const RandomCropOptions& options) {
  const double shape = static_cast<double>(width) / static_cast<double>(height);
  CropBox crop{0, 0, width, height};
  if (shape < options.ratio.first) {
    crop.height =
        std::llround(static_cast<double>(width) / options.ratio.first);
  } else if (shape > options.ratio.second) {
    crop.width =
        std::llround(static_cast<double>(height) * options.ratio.second);
  }
  crop.width = std::clamp<int64_t>(crop.width, 1, width);
  crop.height = std::clamp<int64_t>(crop.height, 1, height);
  crop.left = (width - crop.width) / 2;
  crop.top = (height - crop.height) / 2;
  return crop;
}

}  // namespace

CropBox DrawCrop(int64_t width, int64_t height,
                 const RandomCropOptions& options, RandomNumbers& numbers) {
  constexpr int kAttempts = 10;
  const double area = static_cast<double>(width) * static_cast<double>(height);
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    const double target =
        area * numbers.Uniform(options.scale.first, options.scale.second);
    const double ratio = std::exp(numbers.Uniform(
        std::log(options.ratio.first), std::log(options.ratio.second)));
    const int64_t w = std::llround(std::sqrt(target * ratio));
    const int64_t h = std::llround(std::sqrt(target / ratio));
    if (w < 1 || h < 1 || w > width || h > height) continue;
    const auto top = numbers.Below(static_cast<uint64_t>(height - h + 1));
    const auto left = numbers.Below(static_cast<uint64_t>(width - w + 1));
    return {static_cast<int64_t>(left), static_cast<int64_t>(top), w, h};
  }
  return CentralCrop(width, height, options);
}

}  // namespace clip::model

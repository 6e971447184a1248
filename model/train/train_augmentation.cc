#include "model/train/train_augmentation.h"

#include <algorithm>
#include <cmath>
#include <new>
#include <vector>

#include "model/base/status_macros.h"
#include "model/image/antialiased_resize.h"
#include "model/image/image_decoder.h"
#include "model/image/nearest_resize.h"
#include "model/image/pixel_conversion.h"
#include "model/train/random_numbers.h"

namespace clip::model {
namespace {

struct Crop {
  int64_t left = 0;
  int64_t top = 0;
  int64_t width = 0;
  int64_t height = 0;
};

// torchvision's central crop for pictures that no random one fits into.
Crop CentralCrop(int64_t width, int64_t height,
                 const TrainAugmentation::Options& options) {
  const double shape = static_cast<double>(width) / static_cast<double>(height);
  Crop crop{0, 0, width, height};
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

// torchvision's RandomResizedCrop.get_params.
Crop RandomCrop(int64_t width, int64_t height,
                const TrainAugmentation::Options& options,
                RandomNumbers numbers) {
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

absl::StatusOr<PixelBuffer> CropAndResize(PixelBuffer decoded, const Crop& crop,
                                          const PreprocessConfig& config) {
  ResizeWindow window;
  window.resized_width = window.width = config.image_width;
  window.resized_height = window.height = config.image_height;
  const bool resized =
      crop.width != window.width || crop.height != window.height;
  // As Pillow: colours weigh by their alpha, indices are not mixed.
  if (resized) PremultiplyAlpha(&decoded);
  const PixelView part =
      decoded.view().Crop(crop.left, crop.top, crop.width, crop.height);
  const bool nearest = decoded.mode() == PixelMode::kBilevel ||
                       decoded.mode() == PixelMode::kPalette;
  CLIP_ASSIGN_OR_RETURN(
      PixelBuffer picture,
      nearest ? NearestResize(part, window)
              : AntialiasedResize(part, window, Interpolation::kBicubic));
  if (resized) UnpremultiplyAlpha(&picture);
  picture.palette() = decoded.palette();
  return picture;
}

void Normalize(const PixelBuffer& picture, const PreprocessConfig& config,
               absl::Span<float> row) {
  const auto width = static_cast<size_t>(picture.width());
  const size_t plane = width * static_cast<size_t>(picture.height());
  std::vector<uint8_t> rgb(3 * width);
  for (int64_t y = 0; y < picture.height(); ++y) {
    ConvertToRgb(picture.mode(), picture.palette(), picture.row(y),
                 picture.width(), rgb.data());
    float* out = row.data() + static_cast<size_t>(y) * width;
    for (size_t i = 0; i < rgb.size(); ++i) {
      const float unit = static_cast<float>(rgb[i]) / 255.0F;
      const size_t c = i % 3;
      out[c * plane + i / 3] = (unit - config.mean[c]) / config.std[c];
    }
  }
}

}  // namespace

absl::Status TrainAugmentation::Apply(std::string_view file, uint64_t seed,
                                      absl::Span<float> row) const {
  try {
    CLIP_ASSIGN_OR_RETURN(PixelBuffer decoded,
                          DecodeImage(file, options_.limits));
    const Crop crop = RandomCrop(decoded.width(), decoded.height(), options_,
                                 RandomNumbers(seed));
    CLIP_ASSIGN_OR_RETURN(
        const PixelBuffer picture,
        CropAndResize(std::move(decoded), crop, options_.config));
    Normalize(picture, options_.config, row);
    return absl::OkStatus();
  } catch (const std::bad_alloc&) {
    return absl::ResourceExhaustedError("no memory to augment the picture");
  }
}

}  // namespace clip::model

#include "model/train/train_augmentation.h"

#include <cmath>
#include <new>
#include <utility>
#include <vector>

#include "model/base/status_macros.h"
#include "model/image/antialiased_resize.h"
#include "model/image/color_adjustment.h"
#include "model/image/image_decoder.h"
#include "model/image/nearest_resize.h"
#include "model/image/pixel_conversion.h"
#include "model/train/random_numbers.h"

namespace clip::model {
namespace {

absl::StatusOr<PixelBuffer> CropAndResize(PixelBuffer decoded,
                                          const CropBox& crop,
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

std::vector<uint8_t> ToRgbPixels(const PixelBuffer& picture) {
  const size_t row_bytes = 3 * static_cast<size_t>(picture.width());
  std::vector<uint8_t> rgb(row_bytes * static_cast<size_t>(picture.height()));
  uint8_t* out = rgb.data();
  for (int64_t y = 0; y < picture.height(); ++y, out += row_bytes) {
    ConvertToRgb(picture.mode(), picture.palette(), picture.row(y),
                 picture.width(), out);
  }
  return rgb;
}

void Normalize(const std::vector<uint8_t>& rgb, const PreprocessConfig& config,
               absl::Span<float> row) {
  const size_t plane = rgb.size() / 3;
  for (size_t i = 0; i < rgb.size(); ++i) {
    const float unit = static_cast<float>(rgb[i]) / 255.0F;
    const size_t c = i % 3;
    row[c * plane + i / 3] = (unit - config.mean[c]) / config.std[c];
  }
}

// False for what is not a number, too.
bool InRange(double value, double low, double high) {
  return value >= low && value <= high;
}

absl::Status CheckOptions(const TrainAugmentation::Options& options) {
  const auto& [smallest, largest] = options.crop.scale;
  if (!(smallest > 0.0) || !InRange(largest, smallest, 1.0)) {
    return absl::InvalidArgumentError(
        "aug scale must be two shares, 0 < low <= high <= 1");
  }
  const auto& [narrowest, widest] = options.crop.ratio;
  if (!(narrowest > 0.0) || !(widest >= narrowest) || !std::isfinite(widest)) {
    return absl::InvalidArgumentError(
        "aug ratio must be two ratios, 0 < low <= high");
  }
  const ColorJitterOptions& jitter = options.color_jitter;
  for (const double strength :
       {jitter.brightness, jitter.contrast, jitter.saturation}) {
    if (!(strength >= 0.0) || !std::isfinite(strength)) {
      return absl::InvalidArgumentError("color jitter must not be negative");
    }
  }
  if (!InRange(jitter.hue, 0.0, 0.5)) {
    return absl::InvalidArgumentError("color jitter's hue must be 0 to 0.5");
  }
  if (!InRange(options.color_jitter_prob, 0.0, 1.0) ||
      !InRange(options.gray_scale_prob, 0.0, 1.0)) {
    return absl::InvalidArgumentError(
        "color jitter prob and gray scale prob must be 0 to 1");
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::unique_ptr<TrainAugmentation>> TrainAugmentation::Create(
    const Options& options) {
  CLIP_RETURN_IF_ERROR(CheckOptions(options));
  // The constructor is private, which make_unique cannot reach.
  return std::unique_ptr<TrainAugmentation>(new TrainAugmentation(options));
}

absl::Status TrainAugmentation::Apply(std::string_view file, uint64_t seed,
                                      absl::Span<float> row) const {
  try {
    CLIP_ASSIGN_OR_RETURN(PixelBuffer decoded,
                          DecodeImage(file, options_.limits));
    const Draw draw = DrawFor(decoded.width(), decoded.height(), seed);
    return Render(std::move(decoded), draw, row);
  } catch (const std::bad_alloc&) {
    return absl::ResourceExhaustedError("no memory to augment the picture");
  }
}

TrainAugmentation::Draw TrainAugmentation::DrawFor(int64_t width,
                                                   int64_t height,
                                                   uint64_t seed) const {
  RandomNumbers numbers(seed);
  Draw draw;
  draw.crop = DrawCrop(width, height, options_.crop, numbers);
  if (numbers.Uniform(0.0, 1.0) < options_.color_jitter_prob) {
    draw.color_jitter = ColorJitter::Draw(options_.color_jitter, numbers);
  }
  draw.gray_scale = numbers.Uniform(0.0, 1.0) < options_.gray_scale_prob;
  return draw;
}

absl::Status TrainAugmentation::Render(PixelBuffer decoded, const Draw& draw,
                                       absl::Span<float> row) const {
  CLIP_ASSIGN_OR_RETURN(
      const PixelBuffer picture,
      CropAndResize(std::move(decoded), draw.crop, options_.config));
  std::vector<uint8_t> rgb = ToRgbPixels(picture);
  if (draw.color_jitter) draw.color_jitter->Apply(absl::MakeSpan(rgb));
  if (draw.gray_scale) GrayScale(absl::MakeSpan(rgb));
  Normalize(rgb, options_.config, row);
  return absl::OkStatus();
}

}  // namespace clip::model

#include "model/image/preprocess_plan.h"

#include <algorithm>
#include <cmath>

#include "absl/status/status.h"
#include "fmt/format.h"

namespace clip::model {
namespace {

// Beyond this Pillow has no memory for the resized picture either.
constexpr int64_t kMaxResizedSide = int64_t{1} << 26;

struct Size {
  double width = 0;
  double height = 0;
};

// Python's round(): halves go to the even neighbour, as the default rounding
// mode of nearbyint does.
double RoundHalfToEven(double value) { return std::nearbyint(value); }

// torchvision's Resize of one number: the shorter side becomes `target`, the
// other one is cut off, not rounded.
Size ResizeShorterSide(double width, double height, double target) {
  const double shorter = std::min(width, height);
  const double longer = std::max(width, height);
  const double other = std::floor(target * longer / shorter);
  return width <= height ? Size{target, other} : Size{other, target};
}

// timm's ResizeKeepRatio: both sides divided by the larger (longest) or the
// smaller ratio to the target, and rounded.
Size ResizeKeepRatio(double width, double height,
                     const PreprocessConfig& config, bool longest) {
  const double ratio_width = width / config.image_width;
  const double ratio_height = height / config.image_height;
  const double ratio = longest ? std::max(ratio_height, ratio_width)
                               : std::min(ratio_height, ratio_width);
  return {RoundHalfToEven(width / ratio), RoundHalfToEven(height / ratio)};
}

Size ResizedSize(const PreprocessConfig& config, double width, double height) {
  switch (config.resize_mode) {
    case ResizeMode::kSquash:
      return {static_cast<double>(config.image_width),
              static_cast<double>(config.image_height)};
    case ResizeMode::kLongest:
      return ResizeKeepRatio(width, height, config, /*longest=*/true);
    case ResizeMode::kShortest:
      break;
  }
  if (config.image_width == config.image_height) {
    return ResizeShorterSide(width, height, config.image_width);
  }
  return ResizeKeepRatio(width, height, config, /*longest=*/false);
}

// A centred crop or centred padding along one axis.
struct Placement {
  int64_t first = 0;
  int64_t count = 0;
  int pad = 0;
};

Placement PlaceCentred(int64_t resized, int target) {
  if (resized <= target) {
    return {0, resized, static_cast<int>((target - resized) / 2)};
  }
  const auto first = static_cast<int64_t>(
      RoundHalfToEven(static_cast<double>(resized - target) / 2.0));
  return {first, target, 0};
}

}  // namespace

absl::StatusOr<PreprocessPlan> PlanPreprocess(const PreprocessConfig& config,
                                              int64_t width, int64_t height) {
  const Size size = ResizedSize(config, static_cast<double>(width),
                                static_cast<double>(height));
  if (size.width < 1 || size.height < 1 || size.width > kMaxResizedSide ||
      size.height > kMaxResizedSide) {
    return absl::InvalidArgumentError(
        fmt::format("a picture of {} x {} pixels is too thin to be resized for "
                    "the model",
                    width, height));
  }
  PreprocessPlan plan;
  const auto resized_width = static_cast<int64_t>(size.width);
  const auto resized_height = static_cast<int64_t>(size.height);
  const Placement x = PlaceCentred(resized_width, config.image_width);
  const Placement y = PlaceCentred(resized_height, config.image_height);
  plan.window = {resized_width, resized_height, x.first,
                 y.first,       x.count,        y.count};
  plan.pad_left = x.pad;
  plan.pad_top = y.pad;
  // open_clip builds ResizeKeepRatio for an oblong model without passing the
  // configured interpolation on.
  const bool always_bicubic = config.resize_mode == ResizeMode::kShortest &&
                              config.image_width != config.image_height;
  plan.interpolation =
      always_bicubic ? Interpolation::kBicubic : config.interpolation;
  return plan;
}

}  // namespace clip::model

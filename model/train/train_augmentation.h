#ifndef MODEL_TRAIN_TRAIN_AUGMENTATION_H_
#define MODEL_TRAIN_TRAIN_AUGMENTATION_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "model/config/preprocess_config.h"
#include "model/image/image_limits.h"
#include "model/image/pixel_buffer.h"
#include "model/train/color_jitter.h"
#include "model/train/random_crop.h"

namespace clip::model {

// open_clip's training transform without timm: RandomResizedCrop (always
// bicubic), RGB, colour jitter, grays, scale to 0..1, normalize. Thread-safe.
class TrainAugmentation {
 public:
  struct Options {
    PreprocessConfig config;
    ImageLimits limits;
    RandomCropOptions crop;
    ColorJitterOptions color_jitter;
    // Shares of the pictures whose colours are changed, or that turn gray.
    double color_jitter_prob = 0.0;
    double gray_scale_prob = 0.0;
  };

  // What is drawn for one picture.
  struct Draw {
    CropBox crop;
    std::optional<ColorJitter> color_jitter;
    bool gray_scale = false;
  };

  // INVALID_ARGUMENT for options out of their range.
  static absl::StatusOr<std::unique_ptr<TrainAugmentation>> Create(
      const Options& options);

  // `row` has 3 * image_height * image_width elements and is written only on
  // success. Equal seeds make equal rows. Errors: as ImagePreprocessor.
  absl::Status Apply(std::string_view file, uint64_t seed,
                     absl::Span<float> row) const;

  // The two parts of Apply: equal seeds draw alike for pictures of one size;
  // and the pixels, to the last bit those of Pillow and torchvision. The draw
  // must fit the picture.
  Draw DrawFor(int64_t width, int64_t height, uint64_t seed) const;
  absl::Status Render(PixelBuffer decoded, const Draw& draw,
                      absl::Span<float> row) const;

 private:
  explicit TrainAugmentation(const Options& options) : options_(options) {}

  const Options options_;
};

}  // namespace clip::model

#endif  // MODEL_TRAIN_TRAIN_AUGMENTATION_H_

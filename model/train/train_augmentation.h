#ifndef MODEL_TRAIN_TRAIN_AUGMENTATION_H_
#define MODEL_TRAIN_TRAIN_AUGMENTATION_H_

#include <cstdint>
#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "model/config/preprocess_config.h"
#include "model/image/image_limits.h"

namespace clip::model {

// open_clip's training transform: RandomResizedCrop (always bicubic), RGB,
// scale to 0..1, normalize. Thread-safe.
class TrainAugmentation {
 public:
  struct Options {
    PreprocessConfig config;
    ImageLimits limits;
    // Share of the picture's area that a crop keeps.
    std::pair<double, double> scale = {0.9, 1.0};
    // Width over height of a crop.
    std::pair<double, double> ratio = {3.0 / 4.0, 4.0 / 3.0};
  };

  explicit TrainAugmentation(const Options& options) : options_(options) {}

  // `row` has 3 * image_height * image_width elements and is written only on
  // success. Equal seeds make equal rows. Errors: as ImagePreprocessor.
  absl::Status Apply(std::string_view file, uint64_t seed,
                     absl::Span<float> row) const;

 private:
  const Options options_;
};

}  // namespace clip::model

#endif  // MODEL_TRAIN_TRAIN_AUGMENTATION_H_

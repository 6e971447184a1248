#ifndef MODEL_IMAGE_PREPROCESS_PLAN_H_
#define MODEL_IMAGE_PREPROCESS_PLAN_H_

#include <cstdint>

#include "absl/status/statusor.h"
#include "model/config/preprocess_config.h"
#include "model/image/resize_window.h"

namespace clip::model {

// Where the pixels of a picture go: what size it is resized to, which window
// of that is kept, and where the window lies in the model's picture. A plain
// value.
struct PreprocessPlan {
  ResizeWindow window;
  // Of the window's top left pixel in the model's picture; what is left of,
  // above, right of and below the window is padding.
  int pad_left = 0;
  int pad_top = 0;
  Interpolation interpolation = Interpolation::kBicubic;
};

// The geometry of open_clip's image_transform for a picture of that size, in
// 1..2^26. Pure. INVALID_ARGUMENT when a side would round to nothing or grow
// beyond 2^26 pixels: such a picture is too thin for the model.
absl::StatusOr<PreprocessPlan> PlanPreprocess(const PreprocessConfig& config,
                                              int64_t width, int64_t height);

}  // namespace clip::model

#endif  // MODEL_IMAGE_PREPROCESS_PLAN_H_

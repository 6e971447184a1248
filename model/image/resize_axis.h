#ifndef MODEL_IMAGE_RESIZE_AXIS_H_
#define MODEL_IMAGE_RESIZE_AXIS_H_

#include <cstdint>

#include "model/config/preprocess_config.h"
#include "model/image/resample_kernel.h"

namespace clip::model {

// What a window keeps of one axis, and which part of the source that needs. A
// plain value.
struct ResizeAxis {
  ResampleKernel kernel;
  // False where the size stays and pixels are only copied.
  bool resized;
  // Of the resized axis.
  int64_t first;
  int64_t count;
  // Of the source.
  int64_t source_first;
  int64_t source_count;
};

// `extent` is the source_size, or a little less; see ResampleKernel.
ResizeAxis MakeResizeAxis(int64_t source_size, double extent,
                          int64_t resized_size, int64_t first, int64_t count,
                          Interpolation interpolation);

}  // namespace clip::model

#endif  // MODEL_IMAGE_RESIZE_AXIS_H_

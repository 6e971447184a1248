#ifndef MODEL_IMAGE_NEAREST_RESIZE_H_
#define MODEL_IMAGE_NEAREST_RESIZE_H_

#include "absl/status/statusor.h"
#include "model/image/pixel_buffer.h"
#include "model/image/resize_window.h"

namespace clip::model {

// Resizes by picking pixels, as Pillow does for the modes "1" and "P" whatever
// filter was asked for. `source` has one byte a pixel. The result has the
// window's size and the source's mode; its palette is left to the caller.
// Time grows with the window's far edge, because Pillow's positions are a
// running sum. RESOURCE_EXHAUSTED when there is no memory.
absl::StatusOr<PixelBuffer> NearestResize(const PixelView& source,
                                          const ResizeWindow& window);

}  // namespace clip::model

#endif  // MODEL_IMAGE_NEAREST_RESIZE_H_

#ifndef MODEL_IMAGE_ANTIALIASED_RESIZE_H_
#define MODEL_IMAGE_ANTIALIASED_RESIZE_H_

#include <cstdint>

#include "absl/status/statusor.h"
#include "model/config/preprocess_config.h"
#include "model/image/pixel_buffer.h"
#include "model/image/resize_window.h"

namespace clip::model {

// Resizes with antialiasing, equal to Pillow 13 to the last bit: one pass
// along each axis, 8-bit channels in 22-bit fixed point and rounded to 8 bits
// in between, 16-bit gray in double; the vertical pass goes first where the
// height shrinks by more than twice the pixels that the width does.
//
// Every channel is resized alike: colours with alpha must be premultiplied
// before. Modes "1" and "P" belong to NearestResize.
//
// The result has the window's size and the source's mode. Memory in between
// is at most one pass of the window; weights are made block by block, so that
// neither side of the source bounds them. RESOURCE_EXHAUSTED when there is no
// memory.
absl::StatusOr<PixelBuffer> AntialiasedResize(const PixelView& source,
                                              const ResizeWindow& window,
                                              Interpolation interpolation);

// Pillow's rule for the order of the passes, of a picture of which both sides
// are resized.
bool VerticalPassGoesFirst(int64_t width, int64_t height,
                           const ResizeWindow& window);

}  // namespace clip::model

#endif  // MODEL_IMAGE_ANTIALIASED_RESIZE_H_

#ifndef MODEL_IMAGE_RESAMPLE_PASS_H_
#define MODEL_IMAGE_RESAMPLE_PASS_H_

#include <cstdint>

#include "model/image/pixel_buffer.h"
#include "model/image/resample_kernel.h"
#include "model/image/resample_routines.h"

namespace clip::model {

// The two passes of antialiased resizing. `source` holds the part of the axis
// that starts at position `origin` and covers every tap; `result`, of the
// same mode, receives the resized pixels from `first` on, as many as it is
// wide or high. The other axis of both is equally long.
//
// 8-bit channels are summed in fixed point and clamped to 0..255, with the
// same result whatever the routines; 16-bit gray is summed in double, in the
// order of the taps.
void ResampleHorizontally(const PixelView& source, int64_t origin,
                          const ResampleKernel& kernel, int64_t first,
                          const ResampleRoutines& routines,
                          PixelBuffer* result);
void ResampleVertically(const PixelView& source, int64_t origin,
                        const ResampleKernel& kernel, int64_t first,
                        const ResampleRoutines& routines, PixelBuffer* result);

}  // namespace clip::model

#endif  // MODEL_IMAGE_RESAMPLE_PASS_H_

#ifndef MODEL_IMAGE_WORD_RESAMPLE_H_
#define MODEL_IMAGE_WORD_RESAMPLE_H_

#include <cstdint>

#include "model/image/pixel_buffer.h"
#include "model/image/resample_kernel.h"

namespace clip::model {

// The passes of resample_pass.h for kGray16: summed in double, in the order of
// the taps.
void ResampleWordsHorizontally(const PixelView& source, int64_t origin,
                               const ResampleKernel& kernel, int64_t first,
                               PixelBuffer* result);
void ResampleWordsVertically(const PixelView& source, int64_t origin,
                             const ResampleKernel& kernel, int64_t first,
                             PixelBuffer* result);

}  // namespace clip::model

#endif  // MODEL_IMAGE_WORD_RESAMPLE_H_

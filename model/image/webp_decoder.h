#ifndef MODEL_IMAGE_WEBP_DECODER_H_
#define MODEL_IMAGE_WEBP_DECODER_H_

#include <string_view>

#include "absl/status/statusor.h"
#include "model/image/image_header.h"
#include "model/image/pixel_buffer.h"

namespace clip::model {

// Decodes a WebP whose header is `header` and within limits; of an animation,
// the first frame on its canvas. The result is kRgba or, without alpha, kRgb.
// INVALID_ARGUMENT for a truncated or corrupt file, RESOURCE_EXHAUSTED without
// memory.
absl::StatusOr<PixelBuffer> DecodeWebp(std::string_view file,
                                       const ImageHeader& header);

}  // namespace clip::model

#endif  // MODEL_IMAGE_WEBP_DECODER_H_

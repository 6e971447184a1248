#ifndef MODEL_IMAGE_IMAGE_DECODER_H_
#define MODEL_IMAGE_IMAGE_DECODER_H_

#include <string_view>

#include "absl/status/statusor.h"
#include "model/image/image_header.h"
#include "model/image/image_limits.h"
#include "model/image/pixel_buffer.h"

namespace clip::model {

// Decodes a whole JPEG, PNG, WebP or BMP to the pixels and the mode that
// Pillow gives; EXIF orientation and colour profiles are ignored. Limits are
// checked from the header, before a decoder runs.
//
// INVALID_ARGUMENT for anything wrong with the file, RESOURCE_EXHAUSTED
// without memory. Throws nothing of its own; std::bad_alloc is the caller's.
absl::StatusOr<PixelBuffer> DecodeImage(std::string_view file,
                                        const ImageLimits& limits);

// The same for a file whose header has been read and is within limits.
absl::StatusOr<PixelBuffer> DecodeImage(std::string_view file,
                                        const ImageHeader& header);

}  // namespace clip::model

#endif  // MODEL_IMAGE_IMAGE_DECODER_H_

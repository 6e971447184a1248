#ifndef MODEL_IMAGE_BMP_DECODER_H_
#define MODEL_IMAGE_BMP_DECODER_H_

#include <string_view>

#include "absl/status/statusor.h"
#include "model/image/bmp_header.h"
#include "model/image/pixel_buffer.h"

namespace clip::model {

// Decodes a BMP whose header is `header` and within limits. INVALID_ARGUMENT
// when rows are missing, RESOURCE_EXHAUSTED without memory.
absl::StatusOr<PixelBuffer> DecodeBmp(std::string_view file,
                                      const BmpHeader& header);

}  // namespace clip::model

#endif  // MODEL_IMAGE_BMP_DECODER_H_

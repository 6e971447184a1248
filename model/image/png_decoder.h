#ifndef MODEL_IMAGE_PNG_DECODER_H_
#define MODEL_IMAGE_PNG_DECODER_H_

#include <string_view>

#include "absl/status/statusor.h"
#include "model/image/pixel_buffer.h"
#include "model/image/png_header.h"

namespace clip::model {

// Decodes a PNG whose header is `header` and within limits, to the mode that
// the header names; of an animation, the first frame. Transparency (tRNS),
// gamma and colour profiles do not change pixels.
//
// INVALID_ARGUMENT where Pillow refuses: a file that ends before the last row
// or within a later chunk, a bad checksum ahead of the picture, a chunk that
// unpacks to more than 1 MiB. A missing end chunk is accepted.
// RESOURCE_EXHAUSTED without memory.
absl::StatusOr<PixelBuffer> DecodePng(std::string_view file,
                                      const PngHeader& header);

}  // namespace clip::model

#endif  // MODEL_IMAGE_PNG_DECODER_H_

#ifndef MODEL_IMAGE_WEBP_HEADER_H_
#define MODEL_IMAGE_WEBP_HEADER_H_

#include <string_view>

#include "absl/status/statusor.h"
#include "model/image/image_header.h"

namespace clip::model {

// Reads the canvas size from the first chunk of `file`, a RIFF of WebP: "VP8 "
// (lossy), "VP8L" (lossless) or "VP8X" (either, with alpha or animation).
// INVALID_ARGUMENT.
absl::StatusOr<ImageHeader> ReadWebpHeader(std::string_view file);

}  // namespace clip::model

#endif  // MODEL_IMAGE_WEBP_HEADER_H_

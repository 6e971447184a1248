#ifndef MODEL_IMAGE_JPEG_HEADER_H_
#define MODEL_IMAGE_JPEG_HEADER_H_

#include <string_view>

#include "absl/status/statusor.h"
#include "model/image/image_header.h"

namespace clip::model {

// Walks the markers of `file`, which starts with a JPEG's magic, up to its
// first scan, refusing what Pillow refuses there. Allocates nothing unless it
// fails. INVALID_ARGUMENT.
absl::StatusOr<ImageHeader> ReadJpegHeader(std::string_view file);

}  // namespace clip::model

#endif  // MODEL_IMAGE_JPEG_HEADER_H_

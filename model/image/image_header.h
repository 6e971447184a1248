#ifndef MODEL_IMAGE_IMAGE_HEADER_H_
#define MODEL_IMAGE_IMAGE_HEADER_H_

#include <cstdint>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "model/image/image_limits.h"

namespace clip::model {

enum class ImageFormat { kJpeg, kPng, kWebp, kBmp };

// What a file says about itself before anything is decoded. A plain value.
struct ImageHeader {
  ImageFormat format = ImageFormat::kJpeg;
  // Pixels, each at least 1.
  int64_t width = 0;
  int64_t height = 0;
  // Of the file, not of the decoded picture: 1 to 64.
  int bits_per_pixel = 0;
  // An upper bound of a JPEG's scans; 1 for other formats.
  int64_t scans = 1;
};

// Reads the header of a JPEG, PNG, WebP or BMP, told apart by their first
// bytes alone. Takes microseconds and allocates nothing unless it fails; the
// one walk through a whole file is the search for the scans of a progressive
// JPEG. INVALID_ARGUMENT for any other file and for a broken or cut header.
absl::StatusOr<ImageHeader> ReadImageHeader(std::string_view file);

// INVALID_ARGUMENT, naming the limit, when the file or the picture that its
// header promises is too large to be decoded.
absl::Status CheckLimits(const ImageHeader& header, size_t file_bytes,
                         const ImageLimits& limits);

}  // namespace clip::model

#endif  // MODEL_IMAGE_IMAGE_HEADER_H_

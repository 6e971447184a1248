#ifndef MODEL_IMAGE_PNG_HEADER_H_
#define MODEL_IMAGE_PNG_HEADER_H_

#include <cstdint>
#include <string_view>

#include "absl/status/statusor.h"
#include "model/image/image_header.h"
#include "model/image/pixel_buffer.h"

namespace clip::model {

constexpr std::string_view kPngMagic("\x89PNG\r\n\x1a\n", 8);

// A PNG's IHDR chunk. A plain value.
struct PngHeader {
  int64_t width = 0;
  int64_t height = 0;
  // Bits of a channel: 1, 2, 4, 8 or 16.
  int bit_depth = 0;
  // 0 gray, 2 RGB, 3 palette, 4 gray and alpha, 6 RGB and alpha.
  int color_type = 0;
  bool interlaced = false;

  int channels() const;
  // What the picture is decoded to. 16-bit channels are cut to 8 bits, except
  // those of plain gray.
  PixelMode pixel_mode() const;
  ImageHeader ToImageHeader() const;
};

// `file` starts with kPngMagic, and its first chunk must be IHDR.
// INVALID_ARGUMENT.
absl::StatusOr<PngHeader> ReadPngHeader(std::string_view file);

}  // namespace clip::model

#endif  // MODEL_IMAGE_PNG_HEADER_H_

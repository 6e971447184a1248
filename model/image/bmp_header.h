#ifndef MODEL_IMAGE_BMP_HEADER_H_
#define MODEL_IMAGE_BMP_HEADER_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "absl/status/statusor.h"
#include "model/image/image_header.h"
#include "model/image/pixel_buffer.h"

namespace clip::model {

// How the bits of a stored row become pixels.
enum class BmpLayout {
  kIndexed,  // 1, 4 or 8 bits: a gray, a palette index or black and white
  kRgb555,
  kRgb565,
  kBytes,  // 3 or 4 bytes a pixel, in the order of byte_order
};

// A BMP's headers and palette, understood as Pillow understands them. A plain
// value.
struct BmpHeader {
  int64_t width = 0;
  int64_t height = 0;
  // Rows are stored from the top; usually they are not.
  bool top_down = false;
  int bits_per_pixel = 0;
  BmpLayout layout = BmpLayout::kIndexed;
  // kIndexed: bits of a stored pixel. Differs from bits_per_pixel where a gray
  // palette made Pillow read the rows as another mode.
  int stored_bits = 0;
  // kBytes: where R, G, B and, for kRgba, A are in a pixel.
  std::array<int, 4> byte_order = {2, 1, 0, 3};
  // Bytes from a row to the next.
  int64_t stride = 0;
  bool run_length_encoded = false;
  bool four_bit_runs = false;
  size_t pixel_offset = 0;
  PixelMode mode = PixelMode::kRgb;
  Palette palette = {};

  ImageHeader ToImageHeader() const;
};

// `file` starts with "BM". Header sizes 12, 40, 52, 56, 64, 108 and 124; 1, 4,
// 8, 16, 24 and 32 bits; raw, run-length and the usual bit fields. A palette
// of nothing but grays in order makes the picture gray or bilevel.
// INVALID_ARGUMENT for everything else.
absl::StatusOr<BmpHeader> ReadBmpHeader(std::string_view file);

}  // namespace clip::model

#endif  // MODEL_IMAGE_BMP_HEADER_H_

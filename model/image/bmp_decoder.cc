#include "model/image/bmp_decoder.h"

#include <algorithm>
#include <vector>

#include "absl/status/status.h"
#include "model/base/status_macros.h"
#include "model/image/bmp_run_lengths.h"

namespace clip::model {
namespace {

absl::Status TruncatedBmp() {
  return absl::InvalidArgumentError("the BMP is truncated: rows are missing");
}

void UnpackIndexed(const uint8_t* in, int bits, bool bilevel, int64_t width,
                   uint8_t* out) {
  const int per_byte = 8 / bits;
  const int mask = (1 << bits) - 1;
  for (int64_t x = 0; x < width; ++x) {
    const int shift = bits * (per_byte - 1 - static_cast<int>(x % per_byte));
    const int value = in[x / per_byte] >> shift & mask;
    out[x] = static_cast<uint8_t>(bilevel && value != 0 ? 255 : value);
  }
}

// The widest value becomes 255; what lies between is rounded down.
uint8_t Widen(int value, int bits) {
  const int widest = (1 << bits) - 1;
  return static_cast<uint8_t>((value & widest) * 255 / widest);
}

void UnpackWords(const uint8_t* in, BmpLayout layout, int64_t width,
                 uint8_t* out) {
  const int green_bits = layout == BmpLayout::kRgb565 ? 6 : 5;
  for (int64_t x = 0; x < width; ++x, in += 2) {
    const int word = in[0] | in[1] << 8;
    *out++ = Widen(word >> (5 + green_bits), 5);
    *out++ = Widen(word >> 5, green_bits);
    *out++ = Widen(word, 5);
  }
}

void UnpackBytes(const uint8_t* in, const BmpHeader& header, uint8_t* out) {
  const int stored = header.bits_per_pixel / 8;
  const int channels = BytesPerPixel(header.mode);
  for (int64_t x = 0; x < header.width; ++x, in += stored) {
    for (int c = 0; c < channels; ++c) *out++ = in[header.byte_order[c]];
  }
}

void UnpackRow(const uint8_t* in, const BmpHeader& header, uint8_t* out) {
  switch (header.layout) {
    case BmpLayout::kIndexed:
      UnpackIndexed(in, header.stored_bits, header.mode == PixelMode::kBilevel,
                    header.width, out);
      break;
    case BmpLayout::kRgb555:
    case BmpLayout::kRgb565:
      UnpackWords(in, header.layout, header.width, out);
      break;
    case BmpLayout::kBytes:
      UnpackBytes(in, header, out);
      break;
  }
}

// `pixels` holds one byte a pixel, in the order of the file.
absl::Status CopyExpandedRows(const std::vector<uint8_t>& pixels,
                              const BmpHeader& header, PixelBuffer* result) {
  const auto width = static_cast<size_t>(header.width);
  if (pixels.size() < width * static_cast<size_t>(header.height)) {
    return TruncatedBmp();
  }
  const bool bilevel = header.mode == PixelMode::kBilevel;
  for (int64_t i = 0; i < header.height; ++i) {
    const int64_t y = header.top_down ? i : header.height - 1 - i;
    const uint8_t* in = pixels.data() + static_cast<size_t>(i) * width;
    UnpackIndexed(in, 8, bilevel, header.width, result->row(y));
  }
  return absl::OkStatus();
}

absl::Status UnpackRows(std::string_view file, const BmpHeader& header,
                        PixelBuffer* result) {
  const int stored_bits = header.layout == BmpLayout::kIndexed
                              ? header.stored_bits
                              : header.bits_per_pixel;
  const int64_t row_bytes = (header.width * stored_bits + 7) / 8;
  if (header.stride < row_bytes) {
    return absl::InvalidArgumentError("the BMP's rows are too short");
  }
  // The last row needs no padding.
  const auto needed =
      static_cast<size_t>(header.stride * (header.height - 1) + row_bytes);
  if (header.pixel_offset > file.size() ||
      file.size() - header.pixel_offset < needed) {
    return TruncatedBmp();
  }
  const auto* in =
      reinterpret_cast<const uint8_t*>(file.data() + header.pixel_offset);
  for (int64_t i = 0; i < header.height; ++i) {
    const int64_t y = header.top_down ? i : header.height - 1 - i;
    UnpackRow(in + i * header.stride, header, result->row(y));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<PixelBuffer> DecodeBmp(std::string_view file,
                                      const BmpHeader& header) {
  CLIP_ASSIGN_OR_RETURN(
      PixelBuffer result,
      PixelBuffer::Create(header.mode, header.width, header.height));
  result.palette() = header.palette;
  if (header.run_length_encoded) {
    const std::vector<uint8_t> pixels =
        ExpandBmpRunLengths(file, header.pixel_offset, header.width,
                            header.height, header.four_bit_runs);
    CLIP_RETURN_IF_ERROR(CopyExpandedRows(pixels, header, &result));
  } else {
    CLIP_RETURN_IF_ERROR(UnpackRows(file, header, &result));
  }
  return result;
}

}  // namespace clip::model

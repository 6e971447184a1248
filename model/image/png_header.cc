#include "model/image/png_header.h"

#include "absl/status/status.h"
#include "fmt/format.h"
#include "model/image/byte_reader.h"

namespace clip::model {
namespace {

bool IsDefined(const PngHeader& header) {
  const int depth = header.bit_depth;
  switch (header.color_type) {
    case 0:
      return depth == 1 || depth == 2 || depth == 4 || depth == 8 ||
             depth == 16;
    case 3:
      return depth == 1 || depth == 2 || depth == 4 || depth == 8;
    case 2:
    case 4:
    case 6:
      return depth == 8 || depth == 16;
    default:
      return false;
  }
}

}  // namespace

int PngHeader::channels() const {
  switch (color_type) {
    case 2:
      return 3;
    case 4:
      return 2;
    case 6:
      return 4;
    default:
      return 1;
  }
}

PixelMode PngHeader::pixel_mode() const {
  switch (color_type) {
    case 2:
      return PixelMode::kRgb;
    case 3:
      return PixelMode::kPalette;
    case 4:
      return PixelMode::kGrayAlpha;
    case 6:
      return PixelMode::kRgba;
    default:
      break;
  }
  if (bit_depth == 1) return PixelMode::kBilevel;
  return bit_depth == 16 ? PixelMode::kGray16 : PixelMode::kGray;
}

ImageHeader PngHeader::ToImageHeader() const {
  ImageHeader header;
  header.format = ImageFormat::kPng;
  header.width = width;
  header.height = height;
  header.bits_per_pixel = bit_depth * channels();
  return header;
}

absl::StatusOr<PngHeader> ReadPngHeader(std::string_view file) {
  constexpr uint32_t kHeaderBytes = 13;
  ByteReader reader(file);
  reader.Skip(kPngMagic.size());
  const uint32_t length = reader.U32Big();
  const bool named = reader.Bytes(4) == "IHDR";
  PngHeader header;
  header.width = reader.U32Big();
  header.height = reader.U32Big();
  header.bit_depth = reader.U8();
  header.color_type = reader.U8();
  reader.Skip(1);
  const bool known_filter = reader.U8() == 0;
  header.interlaced = reader.U8() != 0;
  if (!reader.ok() || !named || length < kHeaderBytes || !known_filter) {
    return absl::InvalidArgumentError("the PNG has a broken header");
  }
  if (!IsDefined(header)) {
    return absl::InvalidArgumentError(
        fmt::format("a PNG of colour type {} and {} bits is not defined",
                    header.color_type, header.bit_depth));
  }
  return header;
}

}  // namespace clip::model

#include "model/image/image_header.h"

#include "fmt/format.h"
#include "model/base/status_macros.h"
#include "model/image/bmp_header.h"
#include "model/image/jpeg_header.h"
#include "model/image/png_header.h"
#include "model/image/webp_header.h"

namespace clip::model {
namespace {

bool StartsWith(std::string_view file, std::string_view magic) {
  return file.substr(0, magic.size()) == magic;
}

bool IsWebp(std::string_view file) {
  return StartsWith(file, "RIFF") && file.size() >= 12 &&
         file.substr(8, 4) == "WEBP";
}

absl::StatusOr<ImageHeader> ReadHeaderByMagic(std::string_view file) {
  if (StartsWith(file, "\xff\xd8\xff")) return ReadJpegHeader(file);
  if (StartsWith(file, kPngMagic)) {
    CLIP_ASSIGN_OR_RETURN(const PngHeader png, ReadPngHeader(file));
    return png.ToImageHeader();
  }
  if (IsWebp(file)) return ReadWebpHeader(file);
  if (StartsWith(file, "BM")) {
    CLIP_ASSIGN_OR_RETURN(const BmpHeader bmp, ReadBmpHeader(file));
    return bmp.ToImageHeader();
  }
  return absl::InvalidArgumentError(
      "not a picture that is read here: JPEG, PNG, WebP or BMP");
}

}  // namespace

absl::StatusOr<ImageHeader> ReadImageHeader(std::string_view file) {
  CLIP_ASSIGN_OR_RETURN(const ImageHeader header, ReadHeaderByMagic(file));
  if (header.width < 1 || header.height < 1) {
    return absl::InvalidArgumentError(fmt::format(
        "the picture has no pixels: {} x {}", header.width, header.height));
  }
  return header;
}

absl::Status CheckLimits(const ImageHeader& header, size_t file_bytes,
                         const ImageLimits& limits) {
  if (file_bytes > limits.max_encoded_bytes) {
    return absl::InvalidArgumentError(
        fmt::format("the file has {} bytes, the limit is {}", file_bytes,
                    limits.max_encoded_bytes));
  }
  // No format holds a side of more than 32 bits, so this cannot overflow
  // before the division tells.
  if (header.width > limits.max_pixels / header.height) {
    return absl::InvalidArgumentError(
        fmt::format("too many pixels: {} x {}, the limit is {}", header.width,
                    header.height, limits.max_pixels));
  }
  if (header.scans > limits.max_jpeg_scans) {
    return absl::InvalidArgumentError(
        fmt::format("the JPEG has {} scans, the limit is {}", header.scans,
                    limits.max_jpeg_scans));
  }
  const int64_t pixels = header.width * header.height;
  if (header.scans > 1 && header.scans > limits.max_jpeg_scan_pixels / pixels) {
    return absl::InvalidArgumentError(fmt::format(
        "the JPEG's {} scans of {} pixels exceed the limit of {} in all",
        header.scans, pixels, limits.max_jpeg_scan_pixels));
  }
  return absl::OkStatus();
}

}  // namespace clip::model

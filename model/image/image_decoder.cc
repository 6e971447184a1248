#include "model/image/image_decoder.h"

#include "absl/status/status.h"
#include "model/base/status_macros.h"
#include "model/image/bmp_decoder.h"
#include "model/image/jpeg_decoder.h"
#include "model/image/png_decoder.h"
#include "model/image/webp_decoder.h"

namespace clip::model {

absl::StatusOr<PixelBuffer> DecodeImage(std::string_view file,
                                        const ImageLimits& limits) {
  CLIP_ASSIGN_OR_RETURN(const ImageHeader header, ReadImageHeader(file));
  CLIP_RETURN_IF_ERROR(CheckLimits(header, file.size(), limits));
  return DecodeImage(file, header);
}

absl::StatusOr<PixelBuffer> DecodeImage(std::string_view file,
                                        const ImageHeader& header) {
  switch (header.format) {
    case ImageFormat::kJpeg:
      return DecodeJpeg(file, header);
    case ImageFormat::kPng: {
      CLIP_ASSIGN_OR_RETURN(const PngHeader png, ReadPngHeader(file));
      return DecodePng(file, png);
    }
    case ImageFormat::kWebp:
      return DecodeWebp(file, header);
    case ImageFormat::kBmp: {
      CLIP_ASSIGN_OR_RETURN(const BmpHeader bmp, ReadBmpHeader(file));
      return DecodeBmp(file, bmp);
    }
  }
  return absl::InternalError("unknown image format");
}

}  // namespace clip::model

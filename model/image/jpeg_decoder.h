#ifndef MODEL_IMAGE_JPEG_DECODER_H_
#define MODEL_IMAGE_JPEG_DECODER_H_

#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "model/image/image_header.h"
#include "model/image/pixel_buffer.h"
#include "model/image/row_sink.h"

namespace clip::model {

// Decodes a JPEG whose header is `header` and within limits, to kGray, kRgb or
// kCmyk: accurate integer DCT, smooth chroma upsampling, no colour profile. A
// picture of four components is taken as Adobe stores it, with inverted inks.
//
// INVALID_ARGUMENT for a file that ends early, be it by its end marker only,
// and for one that libjpeg cannot follow; damage that it can follow is decoded
// as Pillow decodes it. RESOURCE_EXHAUSTED without memory.
absl::StatusOr<PixelBuffer> DecodeJpeg(std::string_view file,
                                       const ImageHeader& header);

// The same, row by row, scaled to 1 / `denominator` (1, 2, 4 or 8) by an
// inverse DCT of fewer coefficients: `sink` gets rows of JpegMode's pixels, as
// many and as long as ScaledJpegHeader says. Nothing that it got counts when
// this fails.
absl::Status DecodeJpegRows(std::string_view file, const ImageHeader& header,
                            int denominator, RowSink* sink);

// The header of what is decoded at that scale: sides are rounded up.
ImageHeader ScaledJpegHeader(const ImageHeader& header, int denominator);

// What DecodeJpeg decodes to.
PixelMode JpegMode(const ImageHeader& header);

}  // namespace clip::model

#endif  // MODEL_IMAGE_JPEG_DECODER_H_

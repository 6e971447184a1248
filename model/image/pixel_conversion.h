#ifndef MODEL_IMAGE_PIXEL_CONVERSION_H_
#define MODEL_IMAGE_PIXEL_CONVERSION_H_

#include <array>
#include <cstdint>

#include "model/image/pixel_buffer.h"

namespace clip::model {

// Pillow's conversions between modes, with its rounding.

// Multiplies the colours of kGrayAlpha or kRgba by alpha, in place; other
// modes stay as they are.
void PremultiplyAlpha(PixelBuffer* buffer);

// Divides the colours by alpha again, rounding down; a pixel with alpha 0
// keeps its colours.
void UnpremultiplyAlpha(PixelBuffer* buffer);

// Converts `count` pixels to R, G, B bytes. Alpha is dropped; `palette` is
// read for kPalette only; 16-bit gray above 255 becomes 255, as in Pillow.
void ConvertToRgb(PixelMode mode, const Palette& palette, const uint8_t* in,
                  int64_t count, uint8_t* rgb);

// The R, G, B of padding with `fill` (0..255) in that mode: every channel is
// set to `fill`, so 0 is white in CMYK and the first colour of a palette.
std::array<uint8_t, 3> FillColor(PixelMode mode, const Palette& palette,
                                 uint8_t fill);

}  // namespace clip::model

#endif  // MODEL_IMAGE_PIXEL_CONVERSION_H_

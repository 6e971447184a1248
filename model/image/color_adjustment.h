#ifndef MODEL_IMAGE_COLOR_ADJUSTMENT_H_
#define MODEL_IMAGE_COLOR_ADJUSTMENT_H_

#include <cstdint>

#include "absl/types/span.h"

namespace clip::model {

// Changes of colour, equal to Pillow 13 to the last bit. `rgb` is whole R, G, B
// pixels of one picture, changed in place. Factors are finite.

// ImageEnhance's Brightness, Contrast and Color: 0 is black, the mean gray or
// the picture's grays, 1 the picture itself, more goes beyond it. Not negative.
void AdjustBrightness(absl::Span<uint8_t> rgb, float factor);
void AdjustContrast(absl::Span<uint8_t> rgb, float factor);
void AdjustSaturation(absl::Span<uint8_t> rgb, float factor);

// torchvision's adjust_hue: turns the hue by a share of the whole circle, -0.5
// to 0.5, in Pillow's mode HSV.
void AdjustHue(absl::Span<uint8_t> rgb, float factor);

// convert("L"), in all three channels.
void GrayScale(absl::Span<uint8_t> rgb);

}  // namespace clip::model

#endif  // MODEL_IMAGE_COLOR_ADJUSTMENT_H_

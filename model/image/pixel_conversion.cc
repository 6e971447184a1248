#include "model/image/pixel_conversion.h"

#include <algorithm>
#include <cstring>

namespace clip::model {
namespace {

// a * b / 255, rounded to nearest.
uint8_t MultiplyUnit(unsigned a, unsigned b) {
  const unsigned product = a * b + 128;
  return static_cast<uint8_t>(((product >> 8) + product) >> 8);
}

// Bytes of colour before alpha, or 0 where the mode has no alpha.
int ColorBytesBeforeAlpha(PixelMode mode) {
  if (mode == PixelMode::kGrayAlpha) return 1;
  return mode == PixelMode::kRgba ? 3 : 0;
}

void PremultiplyRow(int colors, int64_t count, uint8_t* pixel) {
  for (int64_t x = 0; x < count; ++x, pixel += colors + 1) {
    const uint8_t alpha = pixel[colors];
    for (int c = 0; c < colors; ++c) pixel[c] = MultiplyUnit(pixel[c], alpha);
  }
}

void UnpremultiplyRow(int colors, int64_t count, uint8_t* pixel) {
  for (int64_t x = 0; x < count; ++x, pixel += colors + 1) {
    const unsigned alpha = pixel[colors];
    if (alpha == 255 || alpha == 0) continue;
    for (int c = 0; c < colors; ++c) {
      const unsigned value = 255U * pixel[c] / alpha;
      pixel[c] = static_cast<uint8_t>(std::min(value, 255U));
    }
  }
}

// The gray of pixel `in`, for the modes that have no colour.
uint8_t GrayOf(PixelMode mode, const uint8_t* in) {
  if (mode == PixelMode::kBilevel) return *in == 0 ? 0 : 255;
  if (mode != PixelMode::kGray16) return *in;
  uint16_t word;
  std::memcpy(&word, in, sizeof(word));
  return static_cast<uint8_t>(std::min<uint16_t>(word, 255));
}

void CmykToRgb(const uint8_t* in, uint8_t* rgb) {
  const int white = 255 - in[3];
  for (int c = 0; c < 3; ++c) {
    rgb[c] = static_cast<uint8_t>(
        white - MultiplyUnit(in[c], static_cast<unsigned>(white)));
  }
}

}  // namespace

void PremultiplyAlpha(PixelBuffer* buffer) {
  const int colors = ColorBytesBeforeAlpha(buffer->mode());
  if (colors == 0) return;
  for (int64_t y = 0; y < buffer->height(); ++y) {
    PremultiplyRow(colors, buffer->width(), buffer->row(y));
  }
}

void UnpremultiplyAlpha(PixelBuffer* buffer) {
  const int colors = ColorBytesBeforeAlpha(buffer->mode());
  if (colors == 0) return;
  for (int64_t y = 0; y < buffer->height(); ++y) {
    UnpremultiplyRow(colors, buffer->width(), buffer->row(y));
  }
}

void ConvertToRgb(PixelMode mode, const Palette& palette, const uint8_t* in,
                  int64_t count, uint8_t* rgb) {
  const int bytes = BytesPerPixel(mode);
  for (int64_t x = 0; x < count; ++x, in += bytes, rgb += 3) {
    switch (mode) {
      case PixelMode::kRgb:
      case PixelMode::kRgba:
        std::copy_n(in, 3, rgb);
        break;
      case PixelMode::kCmyk:
        CmykToRgb(in, rgb);
        break;
      case PixelMode::kPalette:
        std::copy_n(&palette[size_t{3} * *in], 3, rgb);
        break;
      default:
        std::fill_n(rgb, 3, GrayOf(mode, in));
        break;
    }
  }
}

std::array<uint8_t, 3> FillColor(PixelMode mode, const Palette& palette,
                                 uint8_t fill) {
  std::array<uint8_t, 4> pixel;
  pixel.fill(fill);
  if (mode == PixelMode::kGray16) {
    const uint16_t word = fill;
    std::memcpy(pixel.data(), &word, sizeof(word));
  }
  std::array<uint8_t, 3> rgb;
  ConvertToRgb(mode, palette, pixel.data(), 1, rgb.data());
  return rgb;
}

}  // namespace clip::model

#ifndef MODEL_IMAGE_PIXEL_BUFFER_H_
#define MODEL_IMAGE_PIXEL_BUFFER_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>

#include "absl/status/statusor.h"

namespace clip::model {

// What the bytes of a pixel mean: Pillow's modes. open_clip resizes in the
// file's own mode and converts to RGB last, so a decoder keeps the mode.
enum class PixelMode {
  kBilevel,    // "1": one byte, 0 or 255
  kGray,       // "L": one byte
  kGray16,     // "I;16": two bytes, in the order of this machine
  kGrayAlpha,  // "LA": gray, alpha
  kPalette,    // "P": an index into the palette
  kRgb,        // "RGB"
  kRgba,       // "RGBA"
  kCmyk,       // "CMYK": 0 is no ink
};

int BytesPerPixel(PixelMode mode);

// Colours of kPalette, R, G, B. Entries that a file leaves out are black.
using Palette = std::array<uint8_t, 768>;

// A picture, or a part of one, that somebody else owns: rows from the top.
struct PixelView {
  PixelMode mode = PixelMode::kRgb;
  int64_t width = 0;
  int64_t height = 0;
  // Bytes from a row to the next.
  size_t stride = 0;
  const uint8_t* data = nullptr;

  // Bytes of a row's pixels.
  size_t row_bytes() const;
  const uint8_t* row(int64_t y) const;
  // A part that must lie inside.
  PixelView Crop(int64_t left, int64_t top, int64_t part_width,
                 int64_t part_height) const;
};

// A picture that owns its pixels. Movable; not thread-safe.
class PixelBuffer {
 public:
  // The pixels are not initialized, so that memory is touched only as far as
  // a decoder really gets. RESOURCE_EXHAUSTED when there is none. The sizes
  // must be positive and already within limits.
  static absl::StatusOr<PixelBuffer> Create(PixelMode mode, int64_t width,
                                            int64_t height);

  PixelMode mode() const { return view_.mode; }
  int64_t width() const { return view_.width; }
  int64_t height() const { return view_.height; }
  size_t row_bytes() const { return view_.row_bytes(); }
  const PixelView& view() const { return view_; }
  const uint8_t* row(int64_t y) const { return view_.row(y); }
  uint8_t* row(int64_t y);

  const Palette& palette() const { return palette_; }
  Palette& palette() { return palette_; }

 private:
  PixelBuffer() = default;

  PixelView view_;
  std::unique_ptr<uint8_t[]> data_;
  Palette palette_ = {};
};

}  // namespace clip::model

#endif  // MODEL_IMAGE_PIXEL_BUFFER_H_

#include "model/image/pixel_buffer.h"

#include <new>

#include "absl/status/status.h"

namespace clip::model {

int BytesPerPixel(PixelMode mode) {
  switch (mode) {
    case PixelMode::kBilevel:
    case PixelMode::kGray:
    case PixelMode::kPalette:
      return 1;
    case PixelMode::kGray16:
    case PixelMode::kGrayAlpha:
      return 2;
    case PixelMode::kRgb:
      return 3;
    case PixelMode::kRgba:
    case PixelMode::kCmyk:
      return 4;
  }
  return 0;
}

size_t PixelView::row_bytes() const {
  return static_cast<size_t>(width) * BytesPerPixel(mode);
}

const uint8_t* PixelView::row(int64_t y) const {
  return data + static_cast<size_t>(y) * stride;
}

PixelView PixelView::Crop(int64_t left, int64_t top, int64_t part_width,
                          int64_t part_height) const {
  PixelView part = *this;
  part.width = part_width;
  part.height = part_height;
  part.data = row(top) + left * BytesPerPixel(mode);
  return part;
}

absl::StatusOr<PixelBuffer> PixelBuffer::Create(PixelMode mode, int64_t width,
                                                int64_t height) {
  PixelBuffer buffer;
  buffer.view_.mode = mode;
  buffer.view_.width = width;
  buffer.view_.height = height;
  buffer.view_.stride = buffer.row_bytes();
  const size_t bytes = static_cast<size_t>(height) * buffer.row_bytes();
  buffer.data_.reset(new (std::nothrow) uint8_t[bytes]);
  if (buffer.data_ == nullptr) {
    return absl::ResourceExhaustedError("no memory for the picture's pixels");
  }
  buffer.view_.data = buffer.data_.get();
  return buffer;
}

uint8_t* PixelBuffer::row(int64_t y) {
  return data_.get() + static_cast<size_t>(y) * row_bytes();
}

}  // namespace clip::model

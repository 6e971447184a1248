#include "model/image/nearest_resize.h"

#include <utility>
#include <vector>

#include "model/base/status_macros.h"

namespace clip::model {
namespace {

// Source positions of the resized pixels first..first+count-1 of an axis; -1
// where rounding runs past the end, which Pillow leaves at zero.
std::vector<int64_t> SourcePositions(int64_t source_size, int64_t resized_size,
                                     int64_t first, int64_t count) {
  const double step = static_cast<double>(static_cast<float>(source_size)) /
                      static_cast<double>(resized_size);
  double position = step * 0.5;
  for (int64_t i = 0; i < first; ++i) position += step;
  std::vector<int64_t> positions;
  positions.reserve(static_cast<size_t>(count));
  for (int64_t i = 0; i < count; ++i) {
    const auto index = static_cast<int64_t>(position);
    positions.push_back(index < source_size ? index : -1);
    position += step;
  }
  return positions;
}

}  // namespace

absl::StatusOr<PixelBuffer> NearestResize(const PixelView& source,
                                          const ResizeWindow& window) {
  CLIP_ASSIGN_OR_RETURN(
      PixelBuffer result,
      PixelBuffer::Create(source.mode, window.width, window.height));
  const std::vector<int64_t> columns = SourcePositions(
      source.width, window.resized_width, window.left, window.width);
  const std::vector<int64_t> rows = SourcePositions(
      source.height, window.resized_height, window.top, window.height);
  for (int64_t y = 0; y < window.height; ++y) {
    const int64_t from = rows[static_cast<size_t>(y)];
    const uint8_t* in = from < 0 ? nullptr : source.row(from);
    uint8_t* out = result.row(y);
    for (const int64_t column : columns) {
      *out++ = in == nullptr || column < 0 ? 0 : in[column];
    }
  }
  return result;
}

}  // namespace clip::model

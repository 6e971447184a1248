#include "model/image/antialiased_resize.h"

#include <algorithm>
#include <utility>

#include "model/base/status_macros.h"
#include "model/image/resample_pass.h"
#include "model/image/resample_routines.h"
#include "model/image/resize_axis.h"

namespace clip::model {
namespace {

absl::StatusOr<PixelBuffer> PassAlongX(const PixelView& source,
                                       const ResizeAxis& columns) {
  CLIP_ASSIGN_OR_RETURN(
      PixelBuffer result,
      PixelBuffer::Create(source.mode, columns.count, source.height));
  ResampleHorizontally(source, columns.source_first, columns.kernel,
                       columns.first, BestResampleRoutines(), &result);
  return result;
}

absl::StatusOr<PixelBuffer> PassAlongY(const PixelView& source,
                                       const ResizeAxis& rows) {
  CLIP_ASSIGN_OR_RETURN(
      PixelBuffer result,
      PixelBuffer::Create(source.mode, source.width, rows.count));
  ResampleVertically(source, rows.source_first, rows.kernel, rows.first,
                     BestResampleRoutines(), &result);
  return result;
}

absl::StatusOr<PixelBuffer> Copy(const PixelView& source) {
  CLIP_ASSIGN_OR_RETURN(
      PixelBuffer result,
      PixelBuffer::Create(source.mode, source.width, source.height));
  for (int64_t y = 0; y < source.height; ++y) {
    const uint8_t* row = source.row(y);
    std::copy(row, row + source.row_bytes(), result.row(y));
  }
  return result;
}

}  // namespace

bool VerticalPassGoesFirst(int64_t width, int64_t height,
                           const ResizeWindow& window) {
  const int64_t rows_lost = height - window.resized_height;
  const int64_t columns_lost = width - window.resized_width;
  return rows_lost > 0 && rows_lost > 2 * columns_lost;
}

absl::StatusOr<PixelBuffer> AntialiasedResize(const PixelView& source,
                                              const ResizeWindow& window,
                                              Interpolation interpolation) {
  const ResizeAxis columns = MakeResizeAxis(
      source.width, static_cast<double>(source.width), window.resized_width,
      window.left, window.width, interpolation);
  const ResizeAxis rows = MakeResizeAxis(
      source.height, static_cast<double>(source.height), window.resized_height,
      window.top, window.height, interpolation);
  const PixelView part = source.Crop(columns.source_first, rows.source_first,
                                     columns.source_count, rows.source_count);
  if (!columns.resized && !rows.resized) return Copy(part);
  if (!columns.resized) return PassAlongY(part, rows);
  if (!rows.resized) return PassAlongX(part, columns);
  if (VerticalPassGoesFirst(source.width, source.height, window)) {
    CLIP_ASSIGN_OR_RETURN(const PixelBuffer between, PassAlongY(part, rows));
    return PassAlongX(between.view(), columns);
  }
  CLIP_ASSIGN_OR_RETURN(const PixelBuffer between, PassAlongX(part, columns));
  return PassAlongY(between.view(), rows);
}

}  // namespace clip::model

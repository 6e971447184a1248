#include "model/image/streamed_resize.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "model/base/status_macros.h"
#include "model/image/antialiased_resize.h"
#include "model/image/resample_pass.h"
#include "model/image/resample_routines.h"

namespace clip::model {
namespace {

// All weights of a row are held at once: some 4 for each pixel of the source
// or of the window, whichever is longer.
constexpr int64_t kMaxSide = int64_t{1} << 16;

}  // namespace

bool StreamedResize::Suits(int64_t width, int64_t height,
                           const ResizeWindow& window) {
  return width != window.resized_width && height != window.resized_height &&
         !VerticalPassGoesFirst(width, height, window) &&
         std::max({width, height, window.width, window.height}) <= kMaxSide;
}

absl::StatusOr<std::unique_ptr<StreamedResize>> StreamedResize::Create(
    const Source& source, const ResizeWindow& window,
    Interpolation interpolation) {
  const ResizeAxis columns =
      MakeResizeAxis(source.width, source.width_extent, window.resized_width,
                     window.left, window.width, interpolation);
  const ResizeAxis rows =
      MakeResizeAxis(source.height, source.height_extent, window.resized_height,
                     window.top, window.height, interpolation);
  CLIP_ASSIGN_OR_RETURN(
      PixelBuffer strip,
      PixelBuffer::Create(source.mode, source.width, kRowsAtOnce));
  CLIP_ASSIGN_OR_RETURN(
      PixelBuffer between,
      PixelBuffer::Create(source.mode, columns.count, rows.source_count));
  // The constructor is private, which make_unique cannot reach.
  return std::unique_ptr<StreamedResize>(
      new StreamedResize(columns, rows, std::move(strip), std::move(between)));
}

StreamedResize::StreamedResize(const ResizeAxis& columns,
                               const ResizeAxis& rows, PixelBuffer strip,
                               PixelBuffer between)
    : columns_(columns),
      rows_(rows),
      block_(BestResampleRoutines()),
      strip_(std::move(strip)),
      between_(std::move(between)) {
  block_.Fill(columns_.kernel, /*origin=*/0, columns_.first,
              columns_.first + columns_.count, BytesPerPixel(strip_.mode()),
              std::numeric_limits<size_t>::max());
}

uint8_t* StreamedResize::Row(int64_t y) { return strip_.row(y % kRowsAtOnce); }

void StreamedResize::RowsWritten(int64_t first, int64_t count) {
  const int64_t begin = std::max(first, rows_.source_first);
  const int64_t end =
      std::min(first + count, rows_.source_first + rows_.source_count);
  if (begin >= end) return;
  const PixelView rows =
      strip_.view().Crop(0, begin % kRowsAtOnce, strip_.width(), end - begin);
  block_.Resample(rows, begin - rows_.source_first, 0, &between_);
}

absl::StatusOr<PixelBuffer> StreamedResize::Finish() {
  CLIP_ASSIGN_OR_RETURN(
      PixelBuffer window,
      PixelBuffer::Create(between_.mode(), between_.width(), rows_.count));
  ResampleVertically(between_.view(), rows_.source_first, rows_.kernel,
                     rows_.first, BestResampleRoutines(), &window);
  return window;
}

}  // namespace clip::model

#ifndef MODEL_IMAGE_STREAMED_RESIZE_H_
#define MODEL_IMAGE_STREAMED_RESIZE_H_

#include <cstdint>
#include <memory>

#include "absl/status/statusor.h"
#include "model/config/preprocess_config.h"
#include "model/image/horizontal_block.h"
#include "model/image/pixel_buffer.h"
#include "model/image/resize_axis.h"
#include "model/image/resize_window.h"
#include "model/image/row_sink.h"

namespace clip::model {

// AntialiasedResize of a picture whose rows come one after the other: each is
// resized along x while the cache has it, and the picture is never held as a
// whole. The result is the same.
//
// Not thread-safe.
class StreamedResize : public RowSink {
 public:
  // Whether the window of such a picture can be made this way: both axes are
  // resized, x first, and no side is longer than 2^16.
  static bool Suits(int64_t width, int64_t height, const ResizeWindow& window);

  // What comes. A plain value.
  struct Source {
    // Of 8-bit channels.
    PixelMode mode = PixelMode::kRgb;
    int64_t width = 0;
    int64_t height = 0;
    // Pixels that are resized: the above, or a fraction less where the last
    // ones lie only partly in the picture.
    double width_extent = 0;
    double height_extent = 0;
  };

  // RESOURCE_EXHAUSTED without memory. REQUIRES: Suits.
  static absl::StatusOr<std::unique_ptr<StreamedResize>> Create(
      const Source& source, const ResizeWindow& window,
      Interpolation interpolation);

  uint8_t* Row(int64_t y) override;
  void RowsWritten(int64_t first, int64_t count) override;

  // The window, once all rows are there. RESOURCE_EXHAUSTED without memory.
  absl::StatusOr<PixelBuffer> Finish();

 private:
  StreamedResize(const ResizeAxis& columns, const ResizeAxis& rows,
                 PixelBuffer strip, PixelBuffer between);

  ResizeAxis columns_;
  ResizeAxis rows_;
  HorizontalBlock block_;
  // The newest rows, and those that the window needs, resized along x.
  PixelBuffer strip_;
  PixelBuffer between_;
};

}  // namespace clip::model

#endif  // MODEL_IMAGE_STREAMED_RESIZE_H_

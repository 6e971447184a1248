#ifndef MODEL_IMAGE_HORIZONTAL_BLOCK_H_
#define MODEL_IMAGE_HORIZONTAL_BLOCK_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "model/image/packed_weights.h"
#include "model/image/pixel_buffer.h"
#include "model/image/resample_kernel.h"
#include "model/image/resample_routines.h"

namespace clip::model {

// Consecutive resized pixels of a row with their weights, which are made once
// for all rows. For modes of 8-bit channels. Kept for its memory. Not
// thread-safe.
class HorizontalBlock {
 public:
  // `routines` must outlive it.
  explicit HorizontalBlock(const ResampleRoutines& routines)
      : routines_(routines), weights_(routines) {}

  // Holds the pixels from `index` on, up to `end` or until there are
  // `max_weights` weights, but at least one pixel. Rows will start at
  // position `origin` of the axis. Returns the pixels held.
  int64_t Fill(const ResampleKernel& kernel, int64_t origin, int64_t index,
               int64_t end, int pixel_bytes, size_t max_weights);

  // Resizes every row of `source`, writing into the rows of `result` from
  // `first_row` and pixel `first_pixel` on.
  void Resample(const PixelView& source, int64_t first_row, int64_t first_pixel,
                PixelBuffer* result);

 private:
  // Row `y` from read_begin_ on. A row at the end of the picture's memory comes
  // from a copy with room behind it.
  const uint8_t* ReadableRow(const PixelView& source, int64_t y, size_t slot);

  const ResampleRoutines& routines_;
  std::vector<GroupedPixel> pixels_;
  PackedWeights weights_;
  // The part of a row that is read; the pixels' first_byte counts from its
  // begin. It may go beyond the row.
  size_t read_begin_ = 0;
  size_t read_size_ = 0;
  std::array<std::vector<uint8_t>, kRowsAtOnce> copies_;
};

}  // namespace clip::model

#endif  // MODEL_IMAGE_HORIZONTAL_BLOCK_H_

#include "model/image/resample_pass.h"

#include <algorithm>
#include <array>
#include <vector>

#include "model/image/packed_weights.h"
#include "model/image/word_resample.h"

namespace clip::model {
namespace {

// Weights that a horizontal pass holds at once: 256 kB, which the second-level
// cache keeps while the rows pass by.
constexpr size_t kMaxBlockWeights = size_t{1} << 16;

// Consecutive resized pixels with their weights, so that each is made once
// for all rows.
struct Block {
  std::vector<GroupedPixel> pixels;
  PackedWeights weights;
  // The part of a row that is read, first_byte of the pixels being relative to
  // its begin. It may go beyond the row.
  size_t read_begin = 0;
  size_t read_size = 0;
};

// Fills `block` from `index` on, up to `end` or until it is full.
void FillBlock(const ResampleKernel& kernel, int64_t origin, int64_t index,
               int64_t end, size_t pixel_bytes, Block* block) {
  block->pixels.clear();
  block->weights.Clear();
  const auto byte_of = [&](int64_t tap) {
    return static_cast<size_t>(tap - origin) * pixel_bytes;
  };
  block->read_begin = byte_of(kernel.RangeOf(index).first);
  block->read_size = 0;
  for (; index < end; ++index) {
    GroupedPixel pixel;
    pixel.first_byte = byte_of(kernel.RangeOf(index).first) - block->read_begin;
    pixel.groups = block->weights.Append(kernel, index);
    const size_t tap_bytes = pixel.groups * kTapsPerGroup * pixel_bytes;
    block->read_size =
        std::max(block->read_size, pixel.first_byte + tap_bytes + kReadAhead);
    block->pixels.push_back(pixel);
    if (block->weights.size() >= kMaxBlockWeights) return;
  }
}

// Rows as a block reads them: those at the end of the picture's memory come
// from a copy with room behind it.
class BlockRows {
 public:
  explicit BlockRows(const PixelView& source) : source_(source) {}

  const uint8_t* Get(const Block& block, int64_t y, size_t slot) {
    const uint8_t* begin = source_.row(y) + block.read_begin;
    const uint8_t* memory_end =
        source_.row(source_.height - 1) + source_.row_bytes();
    const auto left = static_cast<size_t>(memory_end - begin);
    if (left >= block.read_size) return begin;
    std::vector<uint8_t>& copy = copies_[slot];
    copy.assign(block.read_size, 0);
    std::copy_n(begin, left, copy.begin());
    return copy.data();
  }

 private:
  const PixelView& source_;
  std::array<std::vector<uint8_t>, kRowsAtOnce> copies_;
};

void SumBlock(const PixelView& source, const Block& block,
              const ResampleRoutines& routines, size_t out_byte,
              PixelBuffer* result) {
  BlockRows rows(source);
  RowSums sums = {
      {}, {}, block.pixels, block.weights.data(), BytesPerPixel(source.mode)};
  for (int64_t y = 0; y < source.height; y += kRowsAtOnce) {
    for (size_t i = 0; i < kRowsAtOnce; ++i) {
      // Past the end, the last row once more.
      const int64_t row =
          std::min(y + static_cast<int64_t>(i), source.height - 1);
      sums.in[i] = rows.Get(block, row, i);
      sums.out[i] = result->row(row) + out_byte;
    }
    routines.sum_rows(sums);
  }
}

}  // namespace

void ResampleHorizontally(const PixelView& source, int64_t origin,
                          const ResampleKernel& kernel, int64_t first,
                          const ResampleRoutines& routines,
                          PixelBuffer* result) {
  if (source.mode == PixelMode::kGray16) {
    ResampleWordsHorizontally(source, origin, kernel, first, result);
    return;
  }
  const auto pixel_bytes = static_cast<size_t>(BytesPerPixel(source.mode));
  Block block{{}, PackedWeights(routines)};
  int64_t done = 0;
  while (done < result->width()) {
    FillBlock(kernel, origin, first + done, first + result->width(),
              pixel_bytes, &block);
    SumBlock(source, block, routines, static_cast<size_t>(done) * pixel_bytes,
             result);
    done += static_cast<int64_t>(block.pixels.size());
  }
}

void ResampleVertically(const PixelView& source, int64_t origin,
                        const ResampleKernel& kernel, int64_t first,
                        const ResampleRoutines& routines, PixelBuffer* result) {
  if (source.mode == PixelMode::kGray16) {
    ResampleWordsVertically(source, origin, kernel, first, result);
    return;
  }
  PackedWeights weights(routines);
  for (int64_t y = 0; y < result->height(); ++y) {
    const TapRange taps = kernel.RangeOf(first + y);
    // None where the rounding of a long axis runs past its end.
    const auto count = static_cast<size_t>(std::max<int64_t>(taps.count, 0));
    weights.Clear();
    weights.Append(kernel, first + y);
    routines.sum_columns({source.row(taps.first - origin), source.stride, count,
                          weights.data(), result->row_bytes(), result->row(y)});
  }
}

}  // namespace clip::model

#include "model/image/horizontal_block.h"

#include <algorithm>

namespace clip::model {

int64_t HorizontalBlock::Fill(const ResampleKernel& kernel, int64_t origin,
                              int64_t index, int64_t end, int pixel_bytes,
                              size_t max_weights) {
  pixels_.clear();
  weights_.Clear();
  const auto byte_of = [&](int64_t tap) {
    return static_cast<size_t>(tap - origin) * static_cast<size_t>(pixel_bytes);
  };
  read_begin_ = byte_of(kernel.RangeOf(index).first);
  read_size_ = 0;
  const size_t group_bytes = kTapsPerGroup * static_cast<size_t>(pixel_bytes);
  for (; index < end; ++index) {
    GroupedPixel pixel;
    pixel.first_byte = byte_of(kernel.RangeOf(index).first) - read_begin_;
    pixel.groups = weights_.Append(kernel, index);
    read_size_ = std::max(
        read_size_, pixel.first_byte + pixel.groups * group_bytes + kReadAhead);
    pixels_.push_back(pixel);
    if (weights_.size() >= max_weights) break;
  }
  return static_cast<int64_t>(pixels_.size());
}

const uint8_t* HorizontalBlock::ReadableRow(const PixelView& source, int64_t y,
                                            size_t slot) {
  const uint8_t* begin = source.row(y) + read_begin_;
  const uint8_t* memory_end =
      source.row(source.height - 1) + source.row_bytes();
  const auto left = static_cast<size_t>(memory_end - begin);
  if (left >= read_size_) return begin;
  std::vector<uint8_t>& copy = copies_[slot];
  copy.assign(read_size_, 0);
  std::copy_n(begin, left, copy.begin());
  return copy.data();
}

void HorizontalBlock::Resample(const PixelView& source, int64_t first_row,
                               int64_t first_pixel, PixelBuffer* result) {
  const int channels = BytesPerPixel(source.mode);
  RowSums sums = {{}, {}, pixels_, weights_.data(), channels};
  const int64_t last = source.height - 1;
  for (int64_t y = 0; y <= last; y += kRowsAtOnce) {
    for (size_t i = 0; i < kRowsAtOnce; ++i) {
      // Past the end, the last row once more.
      const int64_t row = std::min(y + static_cast<int64_t>(i), last);
      sums.in[i] = ReadableRow(source, row, i);
      sums.out[i] = result->row(first_row + row) + first_pixel * channels;
    }
    routines_.sum_rows(sums);
  }
}

}  // namespace clip::model

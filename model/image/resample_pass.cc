#include "model/image/resample_pass.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <vector>

namespace clip::model {
namespace {

constexpr int32_t kHalf = 1 << (ResampleKernel::kPrecisionBits - 1);
// Weights that a horizontal pass holds at once: 4 MB in fixed point.
constexpr size_t kMaxBlockWeights = size_t{1} << 20;
// Sums that a vertical pass holds at once, to stay in the first-level cache.
constexpr size_t kTile = 2048;

uint8_t ClampToByte(int32_t sum) {
  return static_cast<uint8_t>(
      std::clamp(sum >> ResampleKernel::kPrecisionBits, 0, 255));
}

uint16_t ClampToWord(double sum) {
  const auto rounded = static_cast<int64_t>(sum >= 0.0 ? sum + 0.5 : sum - 0.5);
  return static_cast<uint16_t>(std::clamp<int64_t>(rounded, 0, 65535));
}

uint16_t LoadWord(const uint8_t* bytes) {
  uint16_t word;
  std::memcpy(&word, bytes, sizeof(word));
  return word;
}

// One resized pixel of a block: its taps and where its weights start.
struct BlockPixel {
  TapRange taps;
  size_t weights = 0;
};

template <int kChannels>
void SumRow(const uint8_t* in, const std::vector<BlockPixel>& pixels,
            const int32_t* weights, uint8_t* out) {
  for (const BlockPixel& pixel : pixels) {
    const uint8_t* tap = in + pixel.taps.first * kChannels;
    const int32_t* weight = weights + pixel.weights;
    std::array<int32_t, kChannels> sums;
    sums.fill(kHalf);
    for (int64_t i = 0; i < pixel.taps.count; ++i, tap += kChannels) {
      for (int c = 0; c < kChannels; ++c) sums[c] += tap[c] * weight[i];
    }
    for (int c = 0; c < kChannels; ++c) *out++ = ClampToByte(sums[c]);
  }
}

void SumWordRow(const uint8_t* in, const std::vector<BlockPixel>& pixels,
                const double* weights, uint8_t* out) {
  for (const BlockPixel& pixel : pixels) {
    double sum = 0.0;
    for (int64_t i = 0; i < pixel.taps.count; ++i) {
      const double value = LoadWord(in + 2 * (pixel.taps.first + i));
      sum += value * weights[pixel.weights + static_cast<size_t>(i)];
    }
    const uint16_t word = ClampToWord(sum);
    std::memcpy(out, &word, sizeof(word));
    out += sizeof(word);
  }
}

// Consecutive resized pixels with their weights, so that each is made once
// for all rows.
struct Block {
  std::vector<BlockPixel> pixels;
  std::vector<int32_t> fixed_weights;
  std::vector<double> weights;
};

// Fills `block` from `index` on, up to `end` or until it is full.
void FillBlock(const ResampleKernel& kernel, int64_t origin, int64_t index,
               int64_t end, bool words, Block* block) {
  block->pixels.clear();
  block->fixed_weights.clear();
  block->weights.clear();
  std::vector<double> scratch;
  for (; index < end; ++index) {
    BlockPixel pixel;
    pixel.taps = kernel.RangeOf(index);
    pixel.taps.first -= origin;
    pixel.weights = words ? block->weights.size() : block->fixed_weights.size();
    if (words) {
      kernel.GetWeights(index, &scratch);
      block->weights.insert(block->weights.end(), scratch.begin(),
                            scratch.end());
    } else {
      kernel.AppendFixedPointWeights(index, &scratch, &block->fixed_weights);
    }
    block->pixels.push_back(pixel);
    if (block->weights.size() + block->fixed_weights.size() >=
        kMaxBlockWeights) {
      return;
    }
  }
}

void SumBlockRow(PixelMode mode, const uint8_t* in, const Block& block,
                 uint8_t* out) {
  const int32_t* weights = block.fixed_weights.data();
  if (mode == PixelMode::kGray16) {
    SumWordRow(in, block.pixels, block.weights.data(), out);
    return;
  }
  switch (BytesPerPixel(mode)) {
    case 1:
      SumRow<1>(in, block.pixels, weights, out);
      break;
    case 2:
      SumRow<2>(in, block.pixels, weights, out);
      break;
    case 3:
      SumRow<3>(in, block.pixels, weights, out);
      break;
    default:
      SumRow<4>(in, block.pixels, weights, out);
      break;
  }
}

// Bytes first..first+count-1 of an output row, count being at most kTile.
void SumByteColumns(const PixelView& source, int64_t first_row,
                    const std::vector<int32_t>& weights, size_t first,
                    size_t count, uint8_t* out) {
  std::array<int32_t, kTile> sums;
  std::fill_n(sums.begin(), count, kHalf);
  for (size_t i = 0; i < weights.size(); ++i) {
    const uint8_t* in = source.row(first_row + static_cast<int64_t>(i)) + first;
    const int32_t weight = weights[i];
    for (size_t x = 0; x < count; ++x) sums[x] += in[x] * weight;
  }
  for (size_t x = 0; x < count; ++x) out[first + x] = ClampToByte(sums[x]);
}

void SumWordColumn(const PixelView& source, int64_t first_row,
                   const std::vector<double>& weights, int64_t x,
                   uint8_t* out) {
  double sum = 0.0;
  for (size_t i = 0; i < weights.size(); ++i) {
    const uint8_t* in = source.row(first_row + static_cast<int64_t>(i));
    sum += static_cast<double>(LoadWord(in + 2 * x)) * weights[i];
  }
  const uint16_t word = ClampToWord(sum);
  std::memcpy(out + 2 * x, &word, sizeof(word));
}

}  // namespace

void ResampleHorizontally(const PixelView& source, int64_t origin,
                          const ResampleKernel& kernel, int64_t first,
                          PixelBuffer* result) {
  const bool words = source.mode == PixelMode::kGray16;
  const int pixel_bytes = BytesPerPixel(source.mode);
  Block block;
  int64_t done = 0;
  while (done < result->width()) {
    FillBlock(kernel, origin, first + done, first + result->width(), words,
              &block);
    for (int64_t y = 0; y < source.height; ++y) {
      SumBlockRow(source.mode, source.row(y), block,
                  result->row(y) + done * pixel_bytes);
    }
    done += static_cast<int64_t>(block.pixels.size());
  }
}

void ResampleVertically(const PixelView& source, int64_t origin,
                        const ResampleKernel& kernel, int64_t first,
                        PixelBuffer* result) {
  std::vector<double> weights;
  std::vector<int32_t> fixed_weights;
  const size_t row_bytes = result->row_bytes();
  for (int64_t y = 0; y < result->height(); ++y) {
    const int64_t first_row = kernel.RangeOf(first + y).first - origin;
    uint8_t* out = result->row(y);
    if (source.mode == PixelMode::kGray16) {
      kernel.GetWeights(first + y, &weights);
      for (int64_t x = 0; x < source.width; ++x) {
        SumWordColumn(source, first_row, weights, x, out);
      }
      continue;
    }
    fixed_weights.clear();
    kernel.AppendFixedPointWeights(first + y, &weights, &fixed_weights);
    for (size_t x = 0; x < row_bytes; x += kTile) {
      SumByteColumns(source, first_row, fixed_weights, x,
                     std::min(kTile, row_bytes - x), out);
    }
  }
}

}  // namespace clip::model

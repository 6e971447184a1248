#include <algorithm>
#include <array>

#include "model/image/resample_kernel.h"
#include "model/image/resample_routines.h"

namespace clip::model {
namespace {

constexpr int32_t kHalf = 1 << (ResampleKernel::kPrecisionBits - 1);
// Sums that are held at once, to stay in the first-level cache.
constexpr size_t kTile = 2048;

uint8_t ClampToByte(int32_t sum) {
  return static_cast<uint8_t>(
      std::clamp(sum >> ResampleKernel::kPrecisionBits, 0, 255));
}

void Pack(const int32_t* group, int32_t* packed) {
  std::copy_n(group, kTapsPerGroup, packed);
}

template <int kChannels>
void SumRow(const RowSums& sums, const uint8_t* in, uint8_t* out) {
  const int32_t* weight = sums.weights;
  for (const GroupedPixel& pixel : sums.pixels) {
    const uint8_t* tap = in + pixel.first_byte;
    std::array<int32_t, kChannels> channels;
    channels.fill(kHalf);
    for (size_t i = 0; i < pixel.groups; ++i) {
      for (int c = 0; c < kChannels; ++c) {
        channels[c] += tap[c] * weight[0] + tap[kChannels + c] * weight[1] +
                       tap[2 * kChannels + c] * weight[2] +
                       tap[3 * kChannels + c] * weight[3];
      }
      tap += kTapsPerGroup * kChannels;
      weight += kTapsPerGroup;
    }
    for (int c = 0; c < kChannels; ++c) *out++ = ClampToByte(channels[c]);
  }
}

void SumRows(const RowSums& sums) {
  for (size_t i = 0; i < kRowsAtOnce; ++i) {
    switch (sums.channels) {
      case 1:
        SumRow<1>(sums, sums.in[i], sums.out[i]);
        break;
      case 2:
        SumRow<2>(sums, sums.in[i], sums.out[i]);
        break;
      case 3:
        SumRow<3>(sums, sums.in[i], sums.out[i]);
        break;
      default:
        SumRow<4>(sums, sums.in[i], sums.out[i]);
        break;
    }
  }
}

// Bytes first..first+count-1, count being at most kTile.
void SumTile(const ColumnSums& sums, size_t first, size_t count) {
  std::array<int32_t, kTile> tile;
  std::fill_n(tile.begin(), count, kHalf);
  for (size_t i = 0; i < sums.taps; ++i) {
    const uint8_t* in = sums.in + i * sums.stride + first;
    const int32_t weight = sums.weights[i];
    for (size_t x = 0; x < count; ++x) tile[x] += in[x] * weight;
  }
  for (size_t x = 0; x < count; ++x) sums.out[first + x] = ClampToByte(tile[x]);
}

void SumColumns(const ColumnSums& sums) {
  for (size_t x = 0; x < sums.bytes; x += kTile) {
    SumTile(sums, x, std::min(kTile, sums.bytes - x));
  }
}

}  // namespace

const ResampleRoutines& PortableResampleRoutines() {
  static constexpr ResampleRoutines kRoutines = {"portable", kTapsPerGroup,
                                                 Pack, SumRows, SumColumns};
  return kRoutines;
}

}  // namespace clip::model

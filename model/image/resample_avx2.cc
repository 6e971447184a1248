// Weights are split into two numbers of 16 bits, since one instruction
// multiplies and adds pairs of such: weight = high * 2^12 + low.
#if defined(__x86_64__)
#include <immintrin.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "model/image/resample_kernel.h"
#include "model/image/resample_routines.h"

#define CLIP_AVX2 __attribute__((target("avx2")))

namespace clip::model {
namespace {

constexpr int kLowBits = 12;
constexpr int32_t kHalf = 1 << (ResampleKernel::kPrecisionBits - 1);
constexpr size_t kPackedPerGroup = 4;
constexpr size_t kWidth = 32;

int32_t Pair(int32_t first, int32_t second) {
  return static_cast<int32_t>((static_cast<uint32_t>(second) << 16) |
                              (static_cast<uint32_t>(first) & 0xffffU));
}

// high and low of taps 0 and 1, then of taps 2 and 3.
void Pack(const int32_t* group, int32_t* packed) {
  std::array<int32_t, kTapsPerGroup> high;
  std::array<int32_t, kTapsPerGroup> low;
  for (size_t i = 0; i < kTapsPerGroup; ++i) {
    high[i] = (group[i] + (1 << (kLowBits - 1))) >> kLowBits;
    low[i] = group[i] - high[i] * (1 << kLowBits);
  }
  packed[0] = Pair(high[0], high[1]);
  packed[1] = Pair(low[0], low[1]);
  packed[2] = Pair(high[2], high[3]);
  packed[3] = Pair(low[2], low[3]);
}

struct Sums {
  __m256i high;
  __m256i low;
};

CLIP_AVX2 inline Sums NoSums() {
  return {_mm256_setzero_si256(), _mm256_set1_epi32(kHalf)};
}

CLIP_AVX2 inline void Add(__m256i pairs, __m256i high, __m256i low,
                          Sums* sums) {
  sums->high = _mm256_add_epi32(sums->high, _mm256_madd_epi16(pairs, high));
  sums->low = _mm256_add_epi32(sums->low, _mm256_madd_epi16(pairs, low));
}

// Rounded and shifted, not yet clamped.
CLIP_AVX2 inline __m256i Total(const Sums& sums) {
  const __m256i total =
      _mm256_add_epi32(_mm256_slli_epi32(sums.high, kLowBits), sums.low);
  return _mm256_srai_epi32(total, ResampleKernel::kPrecisionBits);
}

// Where the bytes of two taps go: channel c's into the c-th 32 bits, each
// widened to 16.
CLIP_AVX2 __m256i PairShuffle(int channels, int first_tap) {
  std::array<int8_t, 32> from;
  from.fill(-1);
  for (int lane = 0; lane < 2; ++lane) {
    for (int c = 0; c < channels; ++c) {
      for (int tap = 0; tap < 2; ++tap) {
        from[16 * lane + 4 * c + 2 * tap] =
            static_cast<int8_t>((first_tap + tap) * channels + c);
      }
    }
  }
  return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(from.data()));
}

CLIP_AVX2 inline __m256i LoadTwoRows(const uint8_t* first,
                                     const uint8_t* second) {
  return _mm256_inserti128_si256(
      _mm256_castsi128_si256(
          _mm_loadu_si128(reinterpret_cast<const __m128i*>(first))),
      _mm_loadu_si128(reinterpret_cast<const __m128i*>(second)), 1);
}

CLIP_AVX2 void SumRows(const RowSums& sums) {
  const __m256i front = PairShuffle(sums.channels, 0);
  const __m256i back = PairShuffle(sums.channels, 2);
  const auto channels = static_cast<size_t>(sums.channels);
  const size_t group_bytes = kTapsPerGroup * channels;
  const size_t end = channels * sums.pixels.size();
  const int32_t* weight = sums.weights;
  size_t position = 0;
  for (const GroupedPixel& pixel : sums.pixels) {
    Sums rows01 = NoSums();
    Sums rows23 = NoSums();
    size_t byte = pixel.first_byte;
    for (size_t i = 0; i < pixel.groups; ++i) {
      const __m256i in01 = LoadTwoRows(sums.in[0] + byte, sums.in[1] + byte);
      const __m256i in23 = LoadTwoRows(sums.in[2] + byte, sums.in[3] + byte);
      const __m256i high01 = _mm256_set1_epi32(weight[0]);
      const __m256i low01 = _mm256_set1_epi32(weight[1]);
      Add(_mm256_shuffle_epi8(in01, front), high01, low01, &rows01);
      Add(_mm256_shuffle_epi8(in23, front), high01, low01, &rows23);
      const __m256i high23 = _mm256_set1_epi32(weight[2]);
      const __m256i low23 = _mm256_set1_epi32(weight[3]);
      Add(_mm256_shuffle_epi8(in01, back), high23, low23, &rows01);
      Add(_mm256_shuffle_epi8(in23, back), high23, low23, &rows23);
      weight += kPackedPerGroup;
      byte += group_bytes;
    }
    const __m256i words = _mm256_packs_epi32(Total(rows01), Total(rows23));
    alignas(32) std::array<uint8_t, 32> bytes;
    _mm256_store_si256(reinterpret_cast<__m256i*>(bytes.data()),
                       _mm256_packus_epi16(words, words));
    // Four bytes are faster than three; the next pixel overwrites what is too
    // much, so the last ones must be exact.
    const size_t count = position + 4 <= end ? 4 : channels;
    constexpr std::array<size_t, kRowsAtOnce> kFrom = {0, 16, 4, 20};
    for (size_t row = 0; row < kRowsAtOnce; ++row) {
      uint8_t* out = sums.out[row] + position;
      if (count == 4) {
        std::memcpy(out, bytes.data() + kFrom[row], 4);
      } else {
        std::copy_n(bytes.data() + kFrom[row], count, out);
      }
    }
    position += channels;
  }
}

// Adds the bytes of two rows to the sums of kWidth columns.
CLIP_AVX2 inline void AddRows(const uint8_t* first, const uint8_t* second,
                              const int32_t* weight,
                              std::array<Sums, 4>* sums) {
  const __m256i a = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(first));
  const __m256i b =
      _mm256_loadu_si256(reinterpret_cast<const __m256i*>(second));
  const __m256i zero = _mm256_setzero_si256();
  const __m256i low_bytes = _mm256_unpacklo_epi8(a, b);
  const __m256i high_bytes = _mm256_unpackhi_epi8(a, b);
  const __m256i high = _mm256_set1_epi32(weight[0]);
  const __m256i low = _mm256_set1_epi32(weight[1]);
  Add(_mm256_unpacklo_epi8(low_bytes, zero), high, low, &(*sums)[0]);
  Add(_mm256_unpackhi_epi8(low_bytes, zero), high, low, &(*sums)[1]);
  Add(_mm256_unpacklo_epi8(high_bytes, zero), high, low, &(*sums)[2]);
  Add(_mm256_unpackhi_epi8(high_bytes, zero), high, low, &(*sums)[3]);
}

// kWidth columns from `in` on.
CLIP_AVX2 void SumTile(const ColumnSums& sums, const uint8_t* in,
                       uint8_t* out) {
  std::array<Sums, 4> tile = {NoSums(), NoSums(), NoSums(), NoSums()};
  const int32_t* weight = sums.weights;
  for (size_t i = 0; i < sums.taps; i += 2, weight += 2) {
    const uint8_t* first = in + i * sums.stride;
    // A row that is missing has no weight.
    const uint8_t* second = i + 1 < sums.taps ? first + sums.stride : first;
    AddRows(first, second, weight, &tile);
  }
  const __m256i bytes =
      _mm256_packus_epi16(_mm256_packs_epi32(Total(tile[0]), Total(tile[1])),
                          _mm256_packs_epi32(Total(tile[2]), Total(tile[3])));
  _mm256_storeu_si256(reinterpret_cast<__m256i*>(out), bytes);
}

// Fewer columns than kWidth: by way of rows that are wide enough.
CLIP_AVX2 void SumNarrow(const ColumnSums& sums) {
  std::array<Sums, 4> tile = {NoSums(), NoSums(), NoSums(), NoSums()};
  const int32_t* weight = sums.weights;
  for (size_t i = 0; i < sums.taps; i += 2, weight += 2) {
    std::array<uint8_t, kWidth> first = {};
    std::array<uint8_t, kWidth> second = {};
    std::copy_n(sums.in + i * sums.stride, sums.bytes, first.begin());
    if (i + 1 < sums.taps) {
      std::copy_n(sums.in + (i + 1) * sums.stride, sums.bytes, second.begin());
    }
    AddRows(first.data(), second.data(), weight, &tile);
  }
  const __m256i bytes =
      _mm256_packus_epi16(_mm256_packs_epi32(Total(tile[0]), Total(tile[1])),
                          _mm256_packs_epi32(Total(tile[2]), Total(tile[3])));
  std::array<uint8_t, kWidth> out;
  _mm256_storeu_si256(reinterpret_cast<__m256i*>(out.data()), bytes);
  std::copy_n(out.begin(), sums.bytes, sums.out);
}

CLIP_AVX2 void SumColumns(const ColumnSums& sums) {
  if (sums.bytes < kWidth) {
    SumNarrow(sums);
    return;
  }
  for (size_t x = 0; x < sums.bytes; x += kWidth) {
    // The last columns overlap the ones before: nothing is read or written
    // beyond the row.
    const size_t first = std::min(x, sums.bytes - kWidth);
    SumTile(sums, sums.in + first, sums.out + first);
  }
}

}  // namespace

const ResampleRoutines& Avx2ResampleRoutines() {
  static constexpr ResampleRoutines kRoutines = {"AVX2", kPackedPerGroup, Pack,
                                                 SumRows, SumColumns};
  return kRoutines;
}

}  // namespace clip::model
#endif

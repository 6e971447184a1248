// Weights are split into three signed bytes, since one instruction multiplies
// and adds four bytes by four such: weight = d2 * 2^16 + d1 * 2^8 + d0.
#if defined(__x86_64__)
#if defined(__GNUC__) && !defined(__clang__)
// GCC 12 warns of its own header, where a register is left undefined on
// purpose.
#pragma GCC diagnostic ignored "-Wuninitialized"
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif
#include <immintrin.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "model/image/resample_kernel.h"
#include "model/image/resample_routines.h"

#define CLIP_VNNI __attribute__((target("avx512bw,avx512vl,avx512vnni")))

namespace clip::model {
namespace {

constexpr int32_t kHalf = 1 << (ResampleKernel::kPrecisionBits - 1);
constexpr size_t kDigits = 3;
constexpr size_t kWidth = 64;

// The i-th number has the i-th digits of the four weights.
void Pack(const int32_t* group, int32_t* packed) {
  std::array<uint32_t, kDigits> digits = {};
  for (size_t tap = 0; tap < kTapsPerGroup; ++tap) {
    int32_t rest = group[tap];
    for (size_t i = 0; i < kDigits; ++i) {
      const auto digit = static_cast<int8_t>(rest & 0xff);
      digits[i] |= static_cast<uint32_t>(static_cast<uint8_t>(digit))
                   << (8 * tap);
      rest = (rest - digit) >> 8;
    }
  }
  std::copy_n(digits.begin(), kDigits, packed);
}

// Sums by digit.
struct Sums {
  __m512i digit0;
  __m512i digit1;
  __m512i digit2;
};

CLIP_VNNI inline Sums NoSums() {
  return {_mm512_set1_epi32(kHalf), _mm512_setzero_si512(),
          _mm512_setzero_si512()};
}

CLIP_VNNI inline void Add(__m512i taps, __m512i weight0, __m512i weight1,
                          __m512i weight2, Sums* sums) {
  sums->digit0 = _mm512_dpbusd_epi32(sums->digit0, taps, weight0);
  sums->digit1 = _mm512_dpbusd_epi32(sums->digit1, taps, weight1);
  sums->digit2 = _mm512_dpbusd_epi32(sums->digit2, taps, weight2);
}

// Rounded and shifted, not yet clamped.
CLIP_VNNI inline __m512i Total(const Sums& sums) {
  const __m512i total = _mm512_add_epi32(
      _mm512_add_epi32(sums.digit0, _mm512_slli_epi32(sums.digit1, 8)),
      _mm512_slli_epi32(sums.digit2, 16));
  return _mm512_srai_epi32(total, ResampleKernel::kPrecisionBits);
}

// Where the bytes of four taps go: channel c's into the c-th 32 bits.
CLIP_VNNI __m512i GroupShuffle(int channels) {
  std::array<int8_t, 64> from;
  from.fill(-1);
  for (int lane = 0; lane < 4; ++lane) {
    for (int c = 0; c < channels; ++c) {
      for (int tap = 0; tap < 4; ++tap) {
        from[16 * lane + 4 * c + tap] = static_cast<int8_t>(tap * channels + c);
      }
    }
  }
  return _mm512_loadu_si512(from.data());
}

CLIP_VNNI inline __m128i Load16(const uint8_t* in) {
  return _mm_loadu_si128(reinterpret_cast<const __m128i*>(in));
}

CLIP_VNNI void SumRows(const RowSums& sums) {
  const __m512i shuffle = GroupShuffle(sums.channels);
  const auto channels = static_cast<size_t>(sums.channels);
  const size_t group_bytes = kTapsPerGroup * channels;
  const size_t end = channels * sums.pixels.size();
  const int32_t* weight = sums.weights;
  size_t position = 0;
  for (const GroupedPixel& pixel : sums.pixels) {
    Sums rows = NoSums();
    size_t byte = pixel.first_byte;
    for (size_t i = 0; i < pixel.groups; ++i) {
      __m512i in = _mm512_castsi128_si512(Load16(sums.in[0] + byte));
      in = _mm512_inserti32x4(in, Load16(sums.in[1] + byte), 1);
      in = _mm512_inserti32x4(in, Load16(sums.in[2] + byte), 2);
      in = _mm512_inserti32x4(in, Load16(sums.in[3] + byte), 3);
      Add(_mm512_shuffle_epi8(in, shuffle), _mm512_set1_epi32(weight[0]),
          _mm512_set1_epi32(weight[1]), _mm512_set1_epi32(weight[2]), &rows);
      weight += kDigits;
      byte += group_bytes;
    }
    const __m512i positive =
        _mm512_max_epi32(Total(rows), _mm512_setzero_si512());
    alignas(16) std::array<uint8_t, 16> bytes;
    _mm_store_si128(reinterpret_cast<__m128i*>(bytes.data()),
                    _mm512_cvtusepi32_epi8(positive));
    // Four bytes are faster than three; the next pixel overwrites what is too
    // much, so the last ones must be exact.
    const size_t count = position + 4 <= end ? 4 : channels;
    for (size_t row = 0; row < kRowsAtOnce; ++row) {
      uint8_t* out = sums.out[row] + position;
      if (count == 4) {
        std::memcpy(out, bytes.data() + 4 * row, 4);
      } else {
        std::copy_n(bytes.data() + 4 * row, count, out);
      }
    }
    position += channels;
  }
}

// kWidth bytes of each row of a group.
struct Rows {
  __m512i a;
  __m512i b;
  __m512i c;
  __m512i d;
};

// Adds them to the sums of kWidth columns.
CLIP_VNNI inline void AddRows(const Rows& rows, const int32_t* weight,
                              std::array<Sums, 4>* sums) {
  const __m512i weight0 = _mm512_set1_epi32(weight[0]);
  const __m512i weight1 = _mm512_set1_epi32(weight[1]);
  const __m512i weight2 = _mm512_set1_epi32(weight[2]);
  const __m512i low01 = _mm512_unpacklo_epi8(rows.a, rows.b);
  const __m512i low23 = _mm512_unpacklo_epi8(rows.c, rows.d);
  Add(_mm512_unpacklo_epi16(low01, low23), weight0, weight1, weight2,
      &(*sums)[0]);
  Add(_mm512_unpackhi_epi16(low01, low23), weight0, weight1, weight2,
      &(*sums)[1]);
  const __m512i high01 = _mm512_unpackhi_epi8(rows.a, rows.b);
  const __m512i high23 = _mm512_unpackhi_epi8(rows.c, rows.d);
  Add(_mm512_unpacklo_epi16(high01, high23), weight0, weight1, weight2,
      &(*sums)[2]);
  Add(_mm512_unpackhi_epi16(high01, high23), weight0, weight1, weight2,
      &(*sums)[3]);
}

// The columns of `mask` among kWidth from `first` on, of one tap. A row that is
// missing has no weight.
CLIP_VNNI inline __m512i LoadRow(const ColumnSums& sums, size_t tap,
                                 size_t first, __mmask64 mask) {
  const size_t row = std::min(tap, sums.taps - 1);
  return _mm512_maskz_loadu_epi8(mask, sums.in + row * sums.stride + first);
}

// Those columns of the result.
CLIP_VNNI void SumTile(const ColumnSums& sums, size_t first, __mmask64 mask) {
  std::array<Sums, 4> tile = {NoSums(), NoSums(), NoSums(), NoSums()};
  const int32_t* weight = sums.weights;
  for (size_t i = 0; i < sums.taps; i += kTapsPerGroup, weight += kDigits) {
    const Rows rows = {
        LoadRow(sums, i, first, mask), LoadRow(sums, i + 1, first, mask),
        LoadRow(sums, i + 2, first, mask), LoadRow(sums, i + 3, first, mask)};
    AddRows(rows, weight, &tile);
  }
  const __m512i bytes =
      _mm512_packus_epi16(_mm512_packs_epi32(Total(tile[0]), Total(tile[1])),
                          _mm512_packs_epi32(Total(tile[2]), Total(tile[3])));
  _mm512_mask_storeu_epi8(sums.out + first, mask, bytes);
}

CLIP_VNNI void SumColumns(const ColumnSums& sums) {
  for (size_t x = 0; x < sums.bytes; x += kWidth) {
    const size_t count = std::min(kWidth, sums.bytes - x);
    SumTile(sums, x, ~__mmask64{0} >> (kWidth - count));
  }
}

}  // namespace

const ResampleRoutines& VnniResampleRoutines() {
  static constexpr ResampleRoutines kRoutines = {"AVX-512 VNNI", kDigits, Pack,
                                                 SumRows, SumColumns};
  return kRoutines;
}

}  // namespace clip::model
#endif

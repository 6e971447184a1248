#include "model/image/normalize_avx2.h"

#if defined(__x86_64__)
#include <immintrin.h>

#define CLIP_AVX2 __attribute__((target("avx2,fma")))

namespace clip::model {
namespace {

constexpr size_t kPixels = 8;

struct Divisor {
  __m256 value;
  __m256 reciprocal;
};

CLIP_AVX2 inline Divisor MakeDivisor(float value) {
  return {_mm256_set1_ps(value), _mm256_set1_ps(1.0F / value)};
}

CLIP_AVX2 inline __m256 Divide(__m256 dividend, const Divisor& divisor) {
  const __m256 quotient = _mm256_mul_ps(dividend, divisor.reciprocal);
  const __m256 remainder = _mm256_fnmadd_ps(quotient, divisor.value, dividend);
  return _mm256_fmadd_ps(remainder, divisor.reciprocal, quotient);
}

// What one channel of 8 pixels is taken from: bytes 0 to 15 and 8 to 23.
struct Bytes {
  __m128i front;
  __m128i back;
};

CLIP_AVX2 inline Bytes LoadPixels(const uint8_t* rgb) {
  return {_mm_loadu_si128(reinterpret_cast<const __m128i*>(rgb)),
          _mm_loadu_si128(reinterpret_cast<const __m128i*>(rgb + 8))};
}

// Where the pixels 0 to 4 or 5 are in `front`, and the rest in `back`.
CLIP_AVX2 inline Bytes ChannelShuffle(char channel) {
  const auto at = [channel](int pixel, bool front) {
    const int byte = 3 * pixel + channel;
    if ((byte < 16) != front) return static_cast<char>(-1);
    return static_cast<char>(front ? byte : byte - 8);
  };
  return {_mm_setr_epi8(at(0, true), at(1, true), at(2, true), at(3, true),
                        at(4, true), at(5, true), at(6, true), at(7, true), -1,
                        -1, -1, -1, -1, -1, -1, -1),
          _mm_setr_epi8(at(0, false), at(1, false), at(2, false), at(3, false),
                        at(4, false), at(5, false), at(6, false), at(7, false),
                        -1, -1, -1, -1, -1, -1, -1, -1)};
}

CLIP_AVX2 inline __m256 Channel(const Bytes& pixels, const Bytes& shuffle) {
  const __m128i bytes =
      _mm_or_si128(_mm_shuffle_epi8(pixels.front, shuffle.front),
                   _mm_shuffle_epi8(pixels.back, shuffle.back));
  return _mm256_cvtepi32_ps(_mm256_cvtepu8_epi32(bytes));
}

}  // namespace

CLIP_AVX2 void NormalizeWithAvx2(const uint8_t* rgb, size_t count, size_t plane,
                                 const std::array<float, 3>& mean,
                                 const std::array<float, 3>& std, float* out) {
  const Divisor full = MakeDivisor(255.0F);
  for (size_t c = 0; c < 3; ++c) {
    const Bytes shuffle = ChannelShuffle(static_cast<char>(c));
    const __m256 center = _mm256_set1_ps(mean[c]);
    const Divisor deviation = MakeDivisor(std[c]);
    for (size_t i = 0; i < count; i += kPixels) {
      const Bytes pixels = LoadPixels(rgb + 3 * i);
      const __m256 unit = Divide(Channel(pixels, shuffle), full);
      const __m256 number = Divide(_mm256_sub_ps(unit, center), deviation);
      _mm256_storeu_ps(out + c * plane + i, number);
    }
  }
}

}  // namespace clip::model
#endif

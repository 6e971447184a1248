#ifndef MODEL_LAYERS_VECTOR_MATH_H_
#define MODEL_LAYERS_VECTOR_MATH_H_

#include <algorithm>
#include <cstdint>
#include <cstring>

// What the kernels' loops are made of. Only for sources that are compiled as
// CMakeLists.txt says, so that the loops become vectors.

// One copy of a function a kind of processor, with AVX-512, with AVX2 and with
// neither; the loader picks.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__)
#define CLIP_ROW_KERNEL \
  __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define CLIP_ROW_KERNEL
#endif
// So that the body is compiled for the caller's processor.
#define CLIP_INLINE inline __attribute__((always_inline))

namespace clip::model {

CLIP_INLINE float FromBits(uint32_t bits) {
  float value;
  std::memcpy(&value, &bits, sizeof(value));
  return value;
}

CLIP_INLINE uint32_t ToBits(float value) {
  uint32_t bits;
  std::memcpy(&bits, &value, sizeof(bits));
  return bits;
}

CLIP_INLINE float Load(float x) { return x; }
CLIP_INLINE float Load(uint16_t x) { return FromBits(uint32_t{x} << 16); }

CLIP_INLINE void Store(float x, float& y) { y = x; }
// To the nearest, half to even. A NaN stays one: its bits are above infinity's
// and rounding cannot carry them to zero, as ours are all quiet.
CLIP_INLINE void Store(float x, uint16_t& y) {
  const uint32_t bits = ToBits(x);
  const uint32_t rounded = (bits + 0x7FFFU + ((bits >> 16) & 1U)) >> 16;
  const bool is_nan = (bits & 0x7FFFFFFFU) > 0x7F800000U;
  y = static_cast<uint16_t>(is_nan ? 0x7FC0U : rounded);
}

// Adding it leaves a whole number in the low bits of a float32.
constexpr float kRound = 12582912.0F;  // 1.5 * 2^23

// To 3e-7 of its value; inputs beyond float32's range give its ends.
CLIP_INLINE float Exp(float x) {
  const float scaled = std::min(std::max(x * 1.44269504F, -126.0F), 126.0F);
  const float whole = (scaled + kRound) - kRound;
  const float part = scaled - whole;  // from -0.5 to 0.5
  float power = 1.33335581e-3F;
  power = power * part + 9.61812911e-3F;
  power = power * part + 5.55041087e-2F;
  power = power * part + 2.40226507e-1F;
  power = power * part + 6.93147181e-1F;
  power = power * part + 1.0F;
  const int32_t exponent = static_cast<int32_t>(whole) + 127;
  return power * FromBits(static_cast<uint32_t>(exponent) << 23);
}

}  // namespace clip::model

#endif  // MODEL_LAYERS_VECTOR_MATH_H_

#ifndef TESTS_MODEL_LAYERS_BFLOAT16_BITS_H_
#define TESTS_MODEL_LAYERS_BFLOAT16_BITS_H_

#include <cstdint>
#include <cstring>

namespace clip::model {

// The bits of a bfloat16, cut and not rounded.
inline uint16_t ToBfloat16(float value) {
  uint32_t bits;
  std::memcpy(&bits, &value, sizeof(bits));
  return static_cast<uint16_t>(bits >> 16);
}

inline float FromBfloat16(uint16_t value) {
  const uint32_t bits = uint32_t{value} << 16;
  float result;
  std::memcpy(&result, &bits, sizeof(result));
  return result;
}

}  // namespace clip::model

#endif  // TESTS_MODEL_LAYERS_BFLOAT16_BITS_H_

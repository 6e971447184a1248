#ifndef MODEL_IMAGE_NORMALIZE_AVX2_H_
#define MODEL_IMAGE_NORMALIZE_AVX2_H_

#include <array>
#include <cstddef>
#include <cstdint>

namespace clip::model {

#if defined(__x86_64__)
// PixelNormalizer's work on `count` pixels, a multiple of 8, with AVX2 and FMA,
// which the processor must have. A quotient is the product with the reciprocal,
// corrected by its remainder: that is the rounded quotient for nearly all
// divisors, so the caller must compare all bytes with it once.
void NormalizeWithAvx2(const uint8_t* rgb, size_t count, size_t plane,
                       const std::array<float, 3>& mean,
                       const std::array<float, 3>& std, float* out);
#endif

}  // namespace clip::model

#endif  // MODEL_IMAGE_NORMALIZE_AVX2_H_

#ifndef MODEL_IMAGE_PIXEL_NORMALIZER_H_
#define MODEL_IMAGE_PIXEL_NORMALIZER_H_

#include <array>
#include <cstddef>
#include <cstdint>

namespace clip::model {

// Turns bytes into the model's numbers as torchvision's ToTensor and Normalize
// do: (byte / 255 - mean) / std, each operation rounded to float32.
//
// Thread-safe: immutable.
class PixelNormalizer {
 public:
  // Per channel R, G, B; no `std` may be zero.
  PixelNormalizer(const std::array<float, 3>& mean,
                  const std::array<float, 3>& std);

  // `count` pixels of R, G, B bytes into three planes, `plane` numbers apart,
  // from `out` on.
  void Normalize(const uint8_t* rgb, size_t count, size_t plane,
                 float* out) const;

  // The same for `count` pixels of one colour.
  void Fill(const std::array<uint8_t, 3>& color, size_t count, size_t plane,
            float* out) const;

 private:
  // Whether wide instructions give what `numbers_` holds, of all its numbers.
  bool CanUseAvx2() const;

  std::array<float, 3> mean_;
  std::array<float, 3> std_;
  bool use_avx2_ = false;
  // The number of each byte, per channel.
  std::array<std::array<float, 256>, 3> numbers_;
};

}  // namespace clip::model

#endif  // MODEL_IMAGE_PIXEL_NORMALIZER_H_

#include "model/image/pixel_normalizer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

#include "model/config/preprocess_config.h"

namespace clip::model {
namespace {

float Expected(uint8_t byte, float mean, float std) {
  // Volatile, so that nothing is kept in more precision than float32.
  volatile float number = static_cast<float>(byte) / 255.0F;
  number = number - mean;
  number = number / std;
  return number;
}

TEST(PixelNormalizerTest, EveryByteIsRoundedAsTorchvisionRounds) {
  const PreprocessConfig config;
  const PixelNormalizer normalizer(config.mean, config.std);
  // Every length up to some, since wide instructions have ends to get wrong.
  for (size_t count = 0; count < 300; ++count) {
    std::vector<uint8_t> rgb(3 * count);
    for (size_t i = 0; i < rgb.size(); ++i) {
      rgb[i] = static_cast<uint8_t>(i + i / 3);
    }
    const size_t plane = count + 5;
    std::vector<float> out(3 * plane, 42.0F);
    normalizer.Normalize(rgb.data(), count, plane, out.data());
    for (size_t c = 0; c < 3; ++c) {
      for (size_t i = 0; i < plane; ++i) {
        const float expected =
            i < count ? Expected(rgb[3 * i + c], config.mean[c], config.std[c])
                      : 42.0F;
        ASSERT_EQ(out[c * plane + i], expected)
            << count << " " << c << " " << i;
      }
    }
  }
}

TEST(PixelNormalizerTest, FillsThePlanesWithOneColour) {
  const PixelNormalizer normalizer({0, 0.5F, 1}, {1, 1, 0.5F});
  std::vector<float> out(9, 42.0F);
  normalizer.Fill({0, 255, 51}, 2, 3, out.data());
  EXPECT_THAT(
      out, ::testing::ElementsAre(0, 0, 42, 0.5F, 0.5F, 42, (0.2F - 1) / 0.5F,
                                  (0.2F - 1) / 0.5F, 42));
}

}  // namespace
}  // namespace clip::model

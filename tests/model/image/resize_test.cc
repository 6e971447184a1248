// Both resizers and the kernel below them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <numeric>
#include <vector>

#include "model/image/antialiased_resize.h"
#include "model/image/nearest_resize.h"
#include "model/image/resample_kernel.h"
#include "tests/testing/status_matchers.h"

namespace clip::model {
namespace {

using ::clip::testing::IsOk;
using ::testing::ElementsAre;
using ::testing::ElementsAreArray;

PixelBuffer MakeNoise(PixelMode mode, int64_t width, int64_t height) {
  PixelBuffer buffer = PixelBuffer::Create(mode, width, height).value();
  uint32_t random = 7;
  for (int64_t y = 0; y < height; ++y) {
    for (size_t i = 0; i < buffer.row_bytes(); ++i) {
      random = random * 1664525 + 1013904223;
      buffer.row(y)[i] = static_cast<uint8_t>(random >> 24);
    }
  }
  return buffer;
}

ResizeWindow Whole(int64_t width, int64_t height) {
  return {width, height, 0, 0, width, height};
}

std::vector<uint8_t> Row(const PixelBuffer& buffer, int64_t y) {
  return {buffer.row(y), buffer.row(y) + buffer.row_bytes()};
}

TEST(ResampleKernelTest, WeightsSumToOneWhateverTheScale) {
  for (const auto interpolation :
       {Interpolation::kBicubic, Interpolation::kBilinear}) {
    for (const int64_t resized : {1, 7, 100, 333}) {
      const ResampleKernel kernel(100, resized, interpolation);
      for (int64_t i = 0; i < resized; ++i) {
        std::vector<double> weights;
        kernel.GetWeights(i, &weights);
        EXPECT_NEAR(std::accumulate(weights.begin(), weights.end(), 0.0), 1.0,
                    1e-12);
        const TapRange taps = kernel.RangeOf(i);
        EXPECT_EQ(static_cast<int64_t>(weights.size()), taps.count);
        EXPECT_GE(taps.first, 0);
        EXPECT_LE(taps.end(), 100);
      }
    }
  }
}

TEST(ResampleKernelTest, BicubicHasTheSharpnessOfOneHalf) {
  // Doubling: the second pixel lies a quarter right of the first source pixel.
  const ResampleKernel kernel(8, 16, Interpolation::kBicubic);
  std::vector<double> weights;
  kernel.GetWeights(7, &weights);
  EXPECT_THAT(weights,
              ElementsAre(-0.0703125, 0.8671875, 0.2265625, -0.0234375));
}

TEST(ResampleKernelTest, ShrinkingWidensTheSupport) {
  const ResampleKernel kernel(100, 10, Interpolation::kBilinear);
  EXPECT_EQ(kernel.RangeOf(5).count, 20);
  EXPECT_EQ(kernel.RangeOf(0).first, 0);
}

TEST(AntialiasedResizeTest, PlainPictureStaysPlain) {
  PixelBuffer source = PixelBuffer::Create(PixelMode::kRgb, 50, 70).value();
  for (int64_t y = 0; y < 70; ++y) {
    std::memset(source.row(y), 201, source.row_bytes());
  }
  const auto resized =
      AntialiasedResize(source.view(), Whole(33, 9), Interpolation::kBicubic);
  ASSERT_THAT(resized, IsOk());
  for (int64_t y = 0; y < 9; ++y) {
    EXPECT_THAT(Row(*resized, y), ::testing::Each(201));
  }
}

TEST(AntialiasedResizeTest, SameSizeIsACopy) {
  const PixelBuffer source = MakeNoise(PixelMode::kRgba, 9, 4);
  const auto resized =
      AntialiasedResize(source.view(), Whole(9, 4), Interpolation::kBicubic);
  ASSERT_THAT(resized, IsOk());
  for (int64_t y = 0; y < 4; ++y) EXPECT_EQ(Row(*resized, y), Row(source, y));
}

TEST(AntialiasedResizeTest, HalvingWithBilinearWeighsFourPixels) {
  PixelBuffer source = PixelBuffer::Create(PixelMode::kGray, 8, 1).value();
  const std::vector<uint8_t> pixels = {0, 80, 160, 240, 0, 0, 80, 80};
  std::memcpy(source.row(0), pixels.data(), pixels.size());
  const auto resized =
      AntialiasedResize(source.view(), Whole(4, 1), Interpolation::kBilinear);
  ASSERT_THAT(resized, IsOk());
  // Weights 1, 3, 3, 1 of 8, cut and normalized again at the edges.
  EXPECT_THAT(Row(*resized, 0), ElementsAre(57, 160, 40, 69));
}

TEST(AntialiasedResizeTest, SixteenBitGrayKeepsItsRange) {
  PixelBuffer source = PixelBuffer::Create(PixelMode::kGray16, 4, 1).value();
  const std::vector<uint16_t> pixels = {0, 0, 65535, 65535};
  std::memcpy(source.row(0), pixels.data(), 8);
  const auto resized =
      AntialiasedResize(source.view(), Whole(2, 1), Interpolation::kBilinear);
  ASSERT_THAT(resized, IsOk());
  std::vector<uint16_t> words(2);
  std::memcpy(words.data(), resized->row(0), 4);
  EXPECT_THAT(words, ElementsAre(9362, 56173));
}

struct Shape {
  int64_t width;
  int64_t height;
};

// Wide, tall (where the vertical pass goes first) and enlarged sources.
TEST(AntialiasedResizeTest, WindowEqualsThatPartOfTheWholePicture) {
  for (const Shape& shape : {Shape{300, 40}, Shape{30, 400}, Shape{11, 13}}) {
    for (const auto mode :
         {PixelMode::kGray, PixelMode::kGray16, PixelMode::kGrayAlpha,
          PixelMode::kRgb, PixelMode::kCmyk}) {
      const PixelBuffer source = MakeNoise(mode, shape.width, shape.height);
      ResizeWindow window = Whole(60, 48);
      const auto whole =
          AntialiasedResize(source.view(), window, Interpolation::kBicubic);
      window.left = 17;
      window.top = 9;
      window.width = 20;
      window.height = 31;
      const auto part =
          AntialiasedResize(source.view(), window, Interpolation::kBicubic);
      ASSERT_THAT(whole, IsOk());
      ASSERT_THAT(part, IsOk());
      const int64_t pixel_bytes = BytesPerPixel(mode);
      for (int64_t y = 0; y < 31; ++y) {
        const uint8_t* expected = whole->row(9 + y) + 17 * pixel_bytes;
        EXPECT_EQ(std::memcmp(part->row(y), expected, part->row_bytes()), 0);
      }
    }
  }
}

TEST(AntialiasedResizeTest, CropOfAThinPictureCostsNoMoreThanTheCrop) {
  // The whole would be 224 x 6.7 million pixels.
  const PixelBuffer source = MakeNoise(PixelMode::kRgb, 1, 30000);
  const ResizeWindow window = {224, 6720000, 0, 3359888, 224, 224};
  const auto resized =
      AntialiasedResize(source.view(), window, Interpolation::kBicubic);
  ASSERT_THAT(resized, IsOk());
  EXPECT_EQ(resized->width(), 224);
  EXPECT_EQ(resized->height(), 224);
}

TEST(AntialiasedResizeTest, VeryLongRowsAreResizedInBlocks) {
  // More weights than a block holds: the result must not notice.
  PixelBuffer source =
      PixelBuffer::Create(PixelMode::kGray, 3 << 20, 1).value();
  std::memset(source.row(0), 77, source.row_bytes());
  const auto resized =
      AntialiasedResize(source.view(), Whole(20, 1), Interpolation::kBilinear);
  ASSERT_THAT(resized, IsOk());
  for (const uint8_t value : Row(*resized, 0)) EXPECT_NEAR(value, 77, 1);
}

TEST(NearestResizeTest, PicksThePixelUnderTheCentre) {
  PixelBuffer source = PixelBuffer::Create(PixelMode::kPalette, 5, 1).value();
  const std::vector<uint8_t> pixels = {10, 11, 12, 13, 14};
  std::memcpy(source.row(0), pixels.data(), pixels.size());
  const auto smaller = NearestResize(source.view(), Whole(2, 1));
  ASSERT_THAT(smaller, IsOk());
  EXPECT_THAT(Row(*smaller, 0), ElementsAre(11, 13));
  const auto larger = NearestResize(source.view(), Whole(10, 2));
  ASSERT_THAT(larger, IsOk());
  EXPECT_THAT(Row(*larger, 1),
              ElementsAre(10, 10, 11, 11, 12, 12, 13, 13, 14, 14));
}

TEST(NearestResizeTest, WindowEqualsThatPartOfTheWholePicture) {
  const PixelBuffer source = MakeNoise(PixelMode::kBilevel, 37, 23);
  ResizeWindow window = Whole(100, 90);
  const auto whole = NearestResize(source.view(), window);
  window.left = 41;
  window.top = 33;
  window.width = 30;
  window.height = 2;
  const auto part = NearestResize(source.view(), window);
  ASSERT_THAT(whole, IsOk());
  ASSERT_THAT(part, IsOk());
  EXPECT_THAT(Row(*part, 1),
              ElementsAreArray(whole->row(34) + 41, part->row_bytes()));
}

}  // namespace
}  // namespace clip::model

#include "model/image/pixel_conversion.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>
#include <vector>

namespace clip::model {
namespace {

using ::testing::ElementsAre;

PixelBuffer MakeRow(PixelMode mode, const std::vector<uint8_t>& bytes) {
  const int64_t width =
      static_cast<int64_t>(bytes.size()) / BytesPerPixel(mode);
  PixelBuffer buffer = PixelBuffer::Create(mode, width, 1).value();
  std::memcpy(buffer.row(0), bytes.data(), bytes.size());
  return buffer;
}

std::vector<uint8_t> Bytes(const PixelBuffer& buffer) {
  return {buffer.row(0), buffer.row(0) + buffer.row_bytes()};
}

std::vector<uint8_t> ToRgb(PixelMode mode, const std::vector<uint8_t>& bytes,
                           const Palette& palette = {}) {
  const int64_t count =
      static_cast<int64_t>(bytes.size()) / BytesPerPixel(mode);
  std::vector<uint8_t> rgb(static_cast<size_t>(3 * count));
  ConvertToRgb(mode, palette, bytes.data(), count, rgb.data());
  return rgb;
}

TEST(PixelConversionTest, PremultiplyRoundsToNearest) {
  PixelBuffer buffer =
      MakeRow(PixelMode::kRgba, {255, 100, 1, 128, 9, 9, 9, 0});
  PremultiplyAlpha(&buffer);
  EXPECT_THAT(Bytes(buffer), ElementsAre(128, 50, 1, 128, 0, 0, 0, 0));
}

TEST(PixelConversionTest, UnpremultiplyRoundsDownAndClamps) {
  PixelBuffer buffer =
      MakeRow(PixelMode::kGrayAlpha, {50, 128, 200, 100, 7, 0, 8, 255});
  UnpremultiplyAlpha(&buffer);
  EXPECT_THAT(Bytes(buffer), ElementsAre(99, 128, 255, 100, 7, 0, 8, 255));
}

TEST(PixelConversionTest, ModesWithoutAlphaAreNotMultiplied) {
  PixelBuffer buffer = MakeRow(PixelMode::kCmyk, {1, 2, 3, 4});
  PremultiplyAlpha(&buffer);
  UnpremultiplyAlpha(&buffer);
  EXPECT_THAT(Bytes(buffer), ElementsAre(1, 2, 3, 4));
}

TEST(PixelConversionTest, EveryModeBecomesRgb) {
  EXPECT_THAT(ToRgb(PixelMode::kBilevel, {0, 255}),
              ElementsAre(0, 0, 0, 255, 255, 255));
  EXPECT_THAT(ToRgb(PixelMode::kGray, {7}), ElementsAre(7, 7, 7));
  EXPECT_THAT(ToRgb(PixelMode::kGrayAlpha, {7, 0}), ElementsAre(7, 7, 7));
  EXPECT_THAT(ToRgb(PixelMode::kRgb, {1, 2, 3}), ElementsAre(1, 2, 3));
  EXPECT_THAT(ToRgb(PixelMode::kRgba, {1, 2, 3, 0}), ElementsAre(1, 2, 3));
  EXPECT_THAT(ToRgb(PixelMode::kCmyk, {0, 255, 51, 55}),
              ElementsAre(200, 0, 160));
}

TEST(PixelConversionTest, SixteenBitGrayIsClampedNotScaled) {
  std::vector<uint8_t> bytes(4);
  const std::vector<uint16_t> words = {200, 300};
  std::memcpy(bytes.data(), words.data(), 4);
  EXPECT_THAT(ToRgb(PixelMode::kGray16, bytes),
              ElementsAre(200, 200, 200, 255, 255, 255));
}

TEST(PixelConversionTest, PaletteEntriesThatAreMissingAreBlack) {
  Palette palette = {};
  palette[3] = 10;
  palette[4] = 20;
  palette[5] = 30;
  EXPECT_THAT(ToRgb(PixelMode::kPalette, {1, 2}, palette),
              ElementsAre(10, 20, 30, 0, 0, 0));
}

TEST(PixelConversionTest, FillingWithZeroIsWhiteInCmyk) {
  EXPECT_THAT(FillColor(PixelMode::kCmyk, {}, 0), ElementsAre(255, 255, 255));
  EXPECT_THAT(FillColor(PixelMode::kRgb, {}, 9), ElementsAre(9, 9, 9));
  EXPECT_THAT(FillColor(PixelMode::kBilevel, {}, 9),
              ElementsAre(255, 255, 255));
  EXPECT_THAT(FillColor(PixelMode::kGray16, {}, 9), ElementsAre(9, 9, 9));
}

}  // namespace
}  // namespace clip::model

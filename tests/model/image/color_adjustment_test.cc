#include "model/image/color_adjustment.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zlib.h>

#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tests/testing/temp_folder.h"

namespace clip::model {
namespace {

using clip::testing::ReadWholeFile;
using ::testing::ElementsAre;

constexpr char kFolder[] = CLIP_SOURCE_DIR "/tests/golden/augmentation/";

TEST(ColorAdjustmentTest, EqualsPillowToTheLastBit) {
  const std::map<std::string, void (*)(absl::Span<uint8_t>, float)> adjust = {
      {"brightness", AdjustBrightness},
      {"contrast", AdjustContrast},
      {"saturation", AdjustSaturation},
      {"hue", AdjustHue},
      {"gray", [](absl::Span<uint8_t> rgb, float) { GrayScale(rgb); }}};
  const std::string picture =
      ReadWholeFile(std::string(kFolder) + "picture.bin");
  const auto goldens = nlohmann::json::parse(
      ReadWholeFile(std::string(kFolder) + "goldens.json"));
  ASSERT_GE(goldens["adjustments"].size(), 41);
  for (const auto& golden : goldens["adjustments"]) {
    std::vector<uint8_t> rgb(picture.begin(), picture.end());
    adjust.at(golden[0])(absl::MakeSpan(rgb), golden[1].get<float>());
    EXPECT_EQ(crc32(0, rgb.data(), static_cast<uInt>(rgb.size())), golden[2])
        << golden;
  }
}

TEST(ColorAdjustmentTest, FactorsBeyondThePictureAreCutOff) {
  std::vector<uint8_t> rgb = {0, 100, 200};
  AdjustBrightness(absl::MakeSpan(rgb), 2.0F);
  EXPECT_THAT(rgb, ElementsAre(0, 200, 255));
  AdjustSaturation(absl::MakeSpan(rgb), 9.0F);
  EXPECT_THAT(rgb, ElementsAre(0, 255, 255));
}

TEST(ColorAdjustmentTest, AnEmptyPictureStaysEmpty) {
  std::vector<uint8_t> rgb;
  AdjustContrast(absl::MakeSpan(rgb), 0.5F);
  EXPECT_TRUE(rgb.empty());
}

}  // namespace
}  // namespace clip::model

#include "model/train/color_jitter.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <vector>

#include "model/image/color_adjustment.h"

namespace clip::model {
namespace {

TEST(ColorJitterTest, DrawsFactorsAroundOneAndTurnsAroundNone) {
  ColorJitterOptions options;
  options.brightness = 0.25;
  options.contrast = 3.0;
  options.hue = 0.125;
  RandomNumbers numbers(1);
  std::array<float, 4> least = {9, 9, 9, 9};
  std::array<float, 4> most = {-9, -9, -9, -9};
  for (int i = 0; i < 1000; ++i) {
    const ColorJitter jitter = ColorJitter::Draw(options, numbers);
    EXPECT_FALSE(jitter.factors[2].has_value());
    for (const size_t property : {0, 1, 3}) {
      const float factor = jitter.factors[property].value();
      least[property] = std::min(least[property], factor);
      most[property] = std::max(most[property], factor);
    }
  }
  EXPECT_NEAR(least[0], 0.75, 0.01);
  EXPECT_NEAR(most[0], 1.25, 0.01);
  EXPECT_NEAR(least[1], 0.0, 0.05);
  EXPECT_NEAR(most[1], 4.0, 0.05);
  EXPECT_NEAR(least[3], -0.125, 0.01);
  EXPECT_NEAR(most[3], 0.125, 0.01);
}

TEST(ColorJitterTest, DrawsEveryOrder) {
  RandomNumbers numbers(2);
  std::set<std::array<int, 4>> orders;
  for (int i = 0; i < 500; ++i) {
    orders.insert(ColorJitter::Draw({}, numbers).order);
  }
  EXPECT_EQ(orders.size(), 24);
}

TEST(ColorJitterTest, ChangesInItsOrder) {
  const std::vector<uint8_t> picture = {250, 20, 90, 3, 200, 130};
  ColorJitter jitter;
  jitter.order = {3, 0, 2, 1};
  jitter.factors = {1.5F, std::nullopt, 0.25F, 0.375F};
  std::vector<uint8_t> jittered = picture;
  jitter.Apply(absl::MakeSpan(jittered));
  std::vector<uint8_t> expected = picture;
  AdjustHue(absl::MakeSpan(expected), 0.375F);
  AdjustBrightness(absl::MakeSpan(expected), 1.5F);
  AdjustSaturation(absl::MakeSpan(expected), 0.25F);
  EXPECT_EQ(jittered, expected);
}

}  // namespace
}  // namespace clip::model

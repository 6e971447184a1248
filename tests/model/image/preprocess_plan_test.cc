#include "model/image/preprocess_plan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/testing/status_matchers.h"

namespace clip::model {
namespace {

using ::clip::testing::IsOk;
using ::clip::testing::StatusIs;
using ::testing::HasSubstr;

PreprocessConfig MakeConfig(ResizeMode mode, int width, int height) {
  PreprocessConfig config;
  config.resize_mode = mode;
  config.image_width = width;
  config.image_height = height;
  return config;
}

TEST(PreprocessPlanTest, ShortestCutsTheLongerSideInsteadOfRounding) {
  // 224 * 500 / 375 = 298.67.
  const auto plan =
      PlanPreprocess(MakeConfig(ResizeMode::kShortest, 224, 224), 500, 375);
  ASSERT_THAT(plan, IsOk());
  EXPECT_EQ(plan->window.resized_width, 298);
  EXPECT_EQ(plan->window.resized_height, 224);
  EXPECT_EQ(plan->window.left, 37);
  EXPECT_EQ(plan->window.width, 224);
}

TEST(PreprocessPlanTest, CropRoundsHalvesToTheEvenPixel) {
  const PreprocessConfig config = MakeConfig(ResizeMode::kShortest, 224, 224);
  // 109 / 2 = 54.5 goes to 54, 771 / 2 = 385.5 to 386.
  EXPECT_EQ(PlanPreprocess(config, 333, 224)->window.left, 54);
  EXPECT_EQ(PlanPreprocess(config, 995, 224)->window.left, 386);
  EXPECT_EQ(PlanPreprocess(config, 224, 995)->window.top, 386);
}

TEST(PreprocessPlanTest, OblongShortestIsAlwaysBicubicAndRounds) {
  PreprocessConfig config = MakeConfig(ResizeMode::kShortest, 20, 34);
  config.interpolation = Interpolation::kBilinear;
  const auto plan = PlanPreprocess(config, 40, 30);
  ASSERT_THAT(plan, IsOk());
  EXPECT_EQ(plan->interpolation, Interpolation::kBicubic);
  // 40 * 34 / 30 = 45.33.
  EXPECT_EQ(plan->window.resized_width, 45);
  EXPECT_EQ(plan->window.resized_height, 34);
  config.image_width = 34;
  EXPECT_EQ(PlanPreprocess(config, 40, 30)->interpolation,
            Interpolation::kBilinear);
}

TEST(PreprocessPlanTest, LongestPadsMoreOnTheRightAndBelow) {
  const auto plan =
      PlanPreprocess(MakeConfig(ResizeMode::kLongest, 32, 32), 64, 46);
  ASSERT_THAT(plan, IsOk());
  EXPECT_EQ(plan->window.resized_width, 32);
  EXPECT_EQ(plan->window.resized_height, 23);
  EXPECT_EQ(plan->window.height, 23);
  EXPECT_EQ(plan->pad_left, 0);
  EXPECT_EQ(plan->pad_top, 4);
}

TEST(PreprocessPlanTest, SquashTakesEveryShape) {
  const auto plan =
      PlanPreprocess(MakeConfig(ResizeMode::kSquash, 24, 48), 65535, 1);
  ASSERT_THAT(plan, IsOk());
  EXPECT_EQ(plan->window.width, 24);
  EXPECT_EQ(plan->window.height, 48);
}

TEST(PreprocessPlanTest, PicturesTooThinToResizeAreRefused) {
  EXPECT_THAT(
      PlanPreprocess(MakeConfig(ResizeMode::kLongest, 32, 32), 1000, 3),
      StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("1000 x 3")));
  EXPECT_THAT(
      PlanPreprocess(MakeConfig(ResizeMode::kShortest, 224, 224), 1 << 25, 1),
      StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("too thin")));
  EXPECT_THAT(
      PlanPreprocess(MakeConfig(ResizeMode::kShortest, 448, 448), 65535, 1),
      IsOk());
}

}  // namespace
}  // namespace clip::model

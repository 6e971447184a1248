#include "model/zero_shot/prompt_ensemble.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <vector>

#include "tests/testing/status_matchers.h"

namespace clip::model {
namespace {

using clip::testing::IsOk;
using clip::testing::StatusIs;
using ::testing::FloatNear;
using ::testing::HasSubstr;
using ::testing::Pointwise;

TEST(PromptEnsembleTest, AveragesDirectionsNotLengths) {
  PromptEnsemble ensemble(2, 2, 2);
  for (const std::vector<float>& row : std::vector<std::vector<float>>{
           {100.0F, 0.0F}, {0.0F, 1.0F}, {3.0F, 4.0F}, {6.0F, 8.0F}}) {
    ensemble.Add(row);
  }
  const auto weights = ensemble.Weights();
  ASSERT_THAT(weights, IsOk());
  const std::vector<float> expected = {0.70710678F, 0.70710678F, 0.6F, 0.8F};
  EXPECT_THAT(*weights, Pointwise(FloatNear(1e-6F), expected));
}

TEST(PromptEnsembleTest, PromptsThatCancelOutNameTheirLabel) {
  PromptEnsemble ensemble(2, 2, 2);
  for (const float x : {1.0F, 1.0F, 1.0F, -1.0F}) {
    ensemble.Add(std::vector<float>{x, 0.0F});
  }
  EXPECT_THAT(
      ensemble.Weights().status(),
      StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("label 1")));
}

TEST(PromptEnsembleTest, NotANumberIsRefused) {
  PromptEnsemble ensemble(1, 1, 2);
  ensemble.Add(
      std::vector<float>{std::numeric_limits<float>::quiet_NaN(), 1.0F});
  EXPECT_THAT(ensemble.Weights().status(),
              StatusIs(absl::StatusCode::kInvalidArgument));
}

}  // namespace
}  // namespace clip::model

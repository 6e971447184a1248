#include "model/similarity.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace clip::model {
namespace {

using ::testing::ElementsAre;
using ::testing::FloatNear;

TEST(NormalizeRowTest, GivesUnitLength) {
  std::vector<float> row = {3.0F, -4.0F};
  NormalizeRow(absl::MakeSpan(row));
  EXPECT_THAT(row, ElementsAre(0.6F, -0.8F));
}

TEST(NormalizeRowTest, KeepsZeroAtZero) {
  std::vector<float> row = {0.0F, 0.0F};
  NormalizeRow(absl::MakeSpan(row));
  EXPECT_THAT(row, ElementsAre(0.0F, 0.0F));
}

TEST(NormalizeRowTest, DoesNotOverflowOnLargeValues) {
  std::vector<float> row = {3e30F, 4e30F};
  NormalizeRow(absl::MakeSpan(row));
  EXPECT_THAT(row, ElementsAre(FloatNear(0.6F, 1e-6F), FloatNear(0.8F, 1e-6F)));
}

TEST(SimilarityLogitsTest, HasARowPerImageAndAColumnPerText) {
  const std::vector<float> images = {1, 0, 0, 1};
  const std::vector<float> texts = {1, 0, 0, 1, 0.6F, 0.8F};
  EXPECT_THAT(SimilarityLogits(images, texts, 2, 10.0F, std::nullopt),
              ElementsAre(10, 0, 6, 0, 10, 8));
}

TEST(SimilarityLogitsTest, AddsTheBiasAfterTheScale) {
  const std::vector<float> image = {1, 0};
  const std::vector<float> text = {0.5F, 0};
  EXPECT_THAT(SimilarityLogits(image, text, 2, 10.0F, -3.0F), ElementsAre(2));
}

TEST(SimilarityProbabilitiesTest, SoftmaxSumsToOneForEachImage) {
  const std::vector<float> logits = {std::log(1.0F), std::log(3.0F), 5, 5};
  EXPECT_THAT(SimilarityProbabilities(logits, 2, /*has_logit_bias=*/false),
              ElementsAre(FloatNear(0.25F, 1e-6F), FloatNear(0.75F, 1e-6F),
                          FloatNear(0.5F, 1e-6F), FloatNear(0.5F, 1e-6F)));
}

TEST(SimilarityProbabilitiesTest, SoftmaxOfHugeLogitsIsFinite) {
  const std::vector<float> logits = {3e38F, -3e38F};
  EXPECT_THAT(SimilarityProbabilities(logits, 2, /*has_logit_bias=*/false),
              ElementsAre(1.0F, 0.0F));
}

TEST(SimilarityProbabilitiesTest, BiasMeansASigmoidOfEachLogit) {
  const std::vector<float> logits = {0.0F, std::log(3.0F), 1e30F, -1e30F};
  EXPECT_THAT(SimilarityProbabilities(logits, 4, /*has_logit_bias=*/true),
              ElementsAre(0.5F, FloatNear(0.75F, 1e-6F), 1.0F, 0.0F));
}

}  // namespace
}  // namespace clip::model

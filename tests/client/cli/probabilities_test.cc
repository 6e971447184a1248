#include "client/cli/probabilities.h"

#include <gmock/gmock.h>

#include <cmath>

namespace clip::client {
namespace {

using ::testing::ElementsAre;
using ::testing::FloatNear;
using ::testing::IsEmpty;

TEST(ProbabilitiesTest, SoftmaxSumsToOne) {
  EXPECT_THAT(Softmax({0, std::log(3.0F)}),
              ElementsAre(FloatNear(0.25F, 1e-6F), FloatNear(0.75F, 1e-6F)));
}

TEST(ProbabilitiesTest, SoftmaxOfLargeLogitsDoesNotOverflow) {
  EXPECT_THAT(Softmax({1000, 1000, -1000}), ElementsAre(0.5F, 0.5F, 0.0F));
}

TEST(ProbabilitiesTest, SoftmaxOfNothingIsNothing) {
  EXPECT_THAT(Softmax({}), IsEmpty());
}

TEST(ProbabilitiesTest, SigmoidJudgesEachAlone) {
  EXPECT_THAT(Sigmoid({0, std::log(3.0F), -1000, 1000}),
              ElementsAre(0.5F, FloatNear(0.75F, 1e-6F), 0.0F, 1.0F));
}

}  // namespace
}  // namespace clip::client

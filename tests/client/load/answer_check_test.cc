#include "client/load/answer_check.h"

#include <gmock/gmock.h>

#include <cmath>

#include "tests/testing/status_matchers.h"

namespace clip::client::load {
namespace {

using ::clip::testing::IsOk;
using ::clip::testing::StatusIs;

Embedding Of(std::vector<float> values) {
  Embedding embedding;
  embedding.values = std::move(values);
  return embedding;
}

class AnswerCheckTest : public ::testing::Test {
 protected:
  AnswerCheckTest() {
    check_.Learn(CallKind::kImage, 1, {1, 0});
    check_.Learn(CallKind::kText, 1, {0, 1});
  }

  AnswerCheck check_;
};

TEST_F(AnswerCheckTest, CountsTheItemsThatItKnows) {
  const auto checked = check_.Check(CallKind::kImage, {7, 1, 1},
                                    {Of({0, 1}), Of({1, 0.01F}), Of({2, 0})});
  ASSERT_THAT(checked, IsOk());
  EXPECT_EQ(*checked, 2u);
}

TEST_F(AnswerCheckTest, PicturesAndTextsAreApart) {
  EXPECT_THAT(check_.Check(CallKind::kText, {1}, {Of({0, 1})}), IsOk());
  EXPECT_THAT(check_.Check(CallKind::kText, {1}, {Of({1, 0})}),
              StatusIs(absl::StatusCode::kDataLoss));
}

TEST_F(AnswerCheckTest, AnotherAnswerIsWrong) {
  const std::vector<std::vector<float>> wrong = {
      {0, 1}, {-1, 0}, {1, 0.2F}, {0, 0}, {1}, {std::nanf(""), 0}};
  for (const auto& values : wrong) {
    EXPECT_THAT(check_.Check(CallKind::kImage, {1}, {Of(values)}),
                StatusIs(absl::StatusCode::kDataLoss))
        << ::testing::PrintToString(values);
  }
}

TEST(AnswerCheckToleranceTest, IsTheCallersChoice) {
  AnswerCheck strict(0.9999);
  strict.Learn(CallKind::kImage, 1, {1, 0});
  EXPECT_TRUE(strict.Knows(CallKind::kImage, 1));
  EXPECT_FALSE(strict.Knows(CallKind::kText, 1));
  EXPECT_THAT(strict.Check(CallKind::kImage, {1}, {Of({1, 0.01F})}), IsOk());
  EXPECT_THAT(strict.Check(CallKind::kImage, {1}, {Of({1, 0.1F})}),
              StatusIs(absl::StatusCode::kDataLoss));
  AnswerCheck lenient(0.5);
  lenient.Learn(CallKind::kImage, 1, {1, 0});
  EXPECT_THAT(lenient.Check(CallKind::kImage, {1}, {Of({1, 1})}), IsOk());
}

}  // namespace
}  // namespace clip::client::load

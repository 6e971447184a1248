#include "model/tokenizer/repair/repair_budget.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/testing/status_matchers.h"

namespace clip::model::text {
namespace {

using ::clip::testing::IsOk;
using ::clip::testing::StatusIs;

TEST(RepairBudgetTest, AllowsAsManyRoundsAsAShortTextHasCharacters) {
  RepairBudget budget(2800);
  for (int round = 0; round < 2800; ++round) {
    ASSERT_THAT(budget.Spend(2800), IsOk());
  }
}

TEST(RepairBudgetTest, AllowsAFewRoundsOverALongText) {
  RepairBudget budget(100 << 20);
  for (int round = 0; round < 32; ++round) {
    ASSERT_THAT(budget.Spend(100 << 20), IsOk());
  }
  EXPECT_THAT(budget.Spend(100 << 20),
              StatusIs(absl::StatusCode::kInvalidArgument));
}

}  // namespace
}  // namespace clip::model::text

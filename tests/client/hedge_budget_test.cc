#include "client/hedge_budget.h"

#include <gtest/gtest.h>

namespace clip::client {
namespace {

TEST(HedgeBudgetTest, StartsFullAndRunsDry) {
  HedgeBudget budget(3, 0.1);
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(budget.Take());
  EXPECT_FALSE(budget.Take());
}

TEST(HedgeBudgetTest, EightCallsBringBackOneHedge) {
  HedgeBudget budget(3, 0.125);
  while (budget.Take()) {
  }
  for (int i = 0; i < 7; ++i) budget.RecordCall();
  EXPECT_FALSE(budget.Take());
  budget.RecordCall();
  EXPECT_TRUE(budget.Take());
  EXPECT_FALSE(budget.Take());
}

TEST(HedgeBudgetTest, WhereEveryCallIsSlowOneInTenIsHedged) {
  HedgeBudget budget(10, 0.1);
  int hedges = 0;
  for (int i = 0; i < 1000; ++i) {
    budget.RecordCall();
    if (budget.Take()) ++hedges;
  }
  EXPECT_GE(hedges, 100);
  EXPECT_LE(hedges, 111);
}

TEST(HedgeBudgetTest, IsNeverFullerThanAtFirst) {
  HedgeBudget budget(1, 0.5);
  for (int i = 0; i < 10; ++i) budget.RecordCall();
  EXPECT_TRUE(budget.Take());
  EXPECT_FALSE(budget.Take());
}

}  // namespace
}  // namespace clip::client

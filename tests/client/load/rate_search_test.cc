#include "client/load/rate_search.h"

#include <gmock/gmock.h>

#include "tests/testing/status_matchers.h"

namespace clip::client::load {
namespace {

using ::clip::testing::StatusIs;

// Runs the search against a server that holds up to `capacity`; the number of
// tries.
int TriesFor(RateSearch& search, double capacity) {
  int tries = 0;
  while (const auto rate = search.Next()) {
    ++tries;
    search.Report(*rate <= capacity);
  }
  return tries;
}

TEST(RateSearchTest, FindsTheCapacityWithinATwentieth) {
  for (const double capacity : {10.0, 11.0, 137.0, 500.0, 990.0}) {
    RateSearch search = *RateSearch::Create(10, 1000);
    EXPECT_LE(TriesFor(search, capacity), 14);
    ASSERT_TRUE(search.best().has_value());
    EXPECT_LE(*search.best(), capacity);
    EXPECT_GE(*search.best() * 1.05, capacity);
  }
}

TEST(RateSearchTest, StopsAtTheHighestRate) {
  RateSearch search = *RateSearch::Create(10, 75);
  TriesFor(search, 1e9);
  EXPECT_EQ(search.best(), 75);
}

TEST(RateSearchTest, FindsNothingWhereTheLowestIsTooMuch) {
  RateSearch search = *RateSearch::Create(10, 75);
  EXPECT_EQ(TriesFor(search, 5), 1);
  EXPECT_FALSE(search.best().has_value());
}

TEST(RateSearchTest, RefusesBoundsThatAreNone) {
  EXPECT_THAT(RateSearch::Create(0, 5),
              StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(RateSearch::Create(6, 5),
              StatusIs(absl::StatusCode::kInvalidArgument));
}

}  // namespace
}  // namespace clip::client::load

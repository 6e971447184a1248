#include "client/load/objective.h"

#include <gmock/gmock.h>

#include "tests/testing/status_matchers.h"

namespace clip::client::load {
namespace {

using ::clip::testing::StatusIs;

CallStatistics Calls(int quick, int slow, int failed) {
  CallStatistics calls;
  for (int i = 0; i < quick + slow; ++i) {
    calls.outcomes.Add(Outcome::kOk);
    calls.latency.Record(i < quick ? absl::Milliseconds(10) : absl::Seconds(1));
  }
  for (int i = 0; i < failed; ++i) calls.outcomes.Add(Outcome::kRejected);
  return calls;
}

TEST(ObjectiveTest, ReadsAQuantileAndALimit) {
  const auto objective = ParseObjective("p99.9<1.5s");
  ASSERT_THAT(objective, ::clip::testing::IsOk());
  EXPECT_NEAR(objective->quantile, 0.999, 1e-12);
  EXPECT_EQ(objective->limit, absl::Seconds(1.5));
}

TEST(ObjectiveTest, RefusesWhatIsNone) {
  for (const char* text : {"", "p99", "99<5ms", "p99<", "p99<5", "p0<5ms",
                           "p100<5ms", "p99<-1ms", "p99<1s<2s", "pnan<1s"}) {
    EXPECT_THAT(ParseObjective(text),
                StatusIs(absl::StatusCode::kInvalidArgument))
        << text;
  }
}

TEST(ObjectiveTest, AllowsTheRestToBeSlow) {
  const Objective objective = *ParseObjective("p90<50ms");
  EXPECT_TRUE(Meets(Calls(90, 10, 0), objective));
  EXPECT_FALSE(Meets(Calls(89, 11, 0), objective));
}

TEST(ObjectiveTest, FailedCallsDoNotCountAsQuick) {
  const Objective objective = *ParseObjective("p90<50ms");
  EXPECT_TRUE(Meets(Calls(90, 0, 10), objective));
  EXPECT_FALSE(Meets(Calls(89, 0, 11), objective));
}

TEST(ObjectiveTest, CallersThatWentAwayDoNotCount) {
  CallStatistics calls = Calls(90, 0, 10);
  for (int i = 0; i < 50; ++i) {
    calls.outcomes.Add(Outcome::kCancelledAsAsked);
  }
  EXPECT_TRUE(Meets(calls, *ParseObjective("p90<50ms")));
}

TEST(ObjectiveTest, NothingMeetsNothing) {
  EXPECT_FALSE(Meets(CallStatistics(), *ParseObjective("p90<50ms")));
}

}  // namespace
}  // namespace clip::client::load

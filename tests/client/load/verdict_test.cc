#include "client/load/verdict.h"

#include <gmock/gmock.h>

namespace clip::client::load {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

RunResult GoodRun() {
  RunResult result;
  for (int i = 0; i < 1000; ++i) {
    result.outcomes.Add(Outcome::kOk);
    result.send_lag.Record(absl::Microseconds(60));
  }
  result.sent_in_time = 1000;
  result.client_cpu_share = 0.3;
  return result;
}

TEST(VerdictTest, ARunThatKeptItsPlanIsValid) {
  EXPECT_TRUE(Judge(GoodRun()).is_valid());
}

TEST(VerdictTest, ServerErrorsDoNotInvalidateARun) {
  RunResult result = GoodRun();
  for (int i = 0; i < 5; ++i) result.outcomes.Add(Outcome::kTimedOut);
  EXPECT_TRUE(Judge(result).is_valid());
}

TEST(VerdictTest, LateSendingInvalidates) {
  RunResult result = GoodRun();
  for (int i = 0; i < 9; ++i) result.send_lag.Record(absl::Milliseconds(4));
  EXPECT_TRUE(Judge(result).is_valid());
  for (int i = 0; i < 9; ++i) result.send_lag.Record(absl::Milliseconds(4));
  EXPECT_THAT(Judge(result).reasons, ElementsAre(HasSubstr("sent late")));
}

TEST(VerdictTest, OneLateSendingOfAFewCallsIsChance) {
  RunResult result;
  for (int i = 0; i < 40; ++i) {
    result.outcomes.Add(Outcome::kOk);
    result.send_lag.Record(i < 39 ? absl::Microseconds(60)
                                  : absl::Milliseconds(6));
  }
  result.sent_in_time = 40;
  EXPECT_TRUE(Judge(result).is_valid());
}

TEST(VerdictTest, CallsThatWereNotSentInvalidate) {
  RunResult result = GoodRun();
  result.outcomes.Add(Outcome::kNotSent);
  EXPECT_THAT(Judge(result).reasons, ElementsAre(HasSubstr("not sent")));
}

TEST(VerdictTest, ARateThatWasNotKeptInvalidates) {
  RunResult result = GoodRun();
  result.sent_in_time = 985;
  EXPECT_THAT(Judge(result).reasons, ElementsAre(HasSubstr("985 of the 1000")));
}

TEST(VerdictTest, AClientAtItsLimitInvalidates) {
  RunResult result = GoodRun();
  result.client_cpu_share = 0.85;
  EXPECT_THAT(Judge(result).reasons, ElementsAre(HasSubstr("85 %")));
}

TEST(VerdictTest, NothingMeasuredIsNotValid) {
  EXPECT_THAT(Judge(RunResult()).reasons, ElementsAre(HasSubstr("no call")));
}

}  // namespace
}  // namespace clip::client::load

#include "client/load/outcome.h"

#include <gmock/gmock.h>

namespace clip::client::load {
namespace {

TEST(OutcomeTest, TellsOverloadFromOutageFromError) {
  EXPECT_EQ(OutcomeOf(absl::OkStatus(), false), Outcome::kOk);
  EXPECT_EQ(OutcomeOf(absl::ResourceExhaustedError(""), false),
            Outcome::kRejected);
  EXPECT_EQ(OutcomeOf(absl::DeadlineExceededError(""), false),
            Outcome::kTimedOut);
  EXPECT_EQ(OutcomeOf(absl::UnavailableError(""), false),
            Outcome::kUnavailable);
  EXPECT_EQ(OutcomeOf(absl::InternalError(""), false), Outcome::kFailed);
  EXPECT_EQ(OutcomeOf(absl::InvalidArgumentError(""), false), Outcome::kFailed);
}

TEST(OutcomeTest, ASpoiltPictureMustBeRefused) {
  EXPECT_EQ(OutcomeOf(absl::InvalidArgumentError(""), true),
            Outcome::kRefusedAsAsked);
  EXPECT_EQ(OutcomeOf(absl::OkStatus(), true), Outcome::kWrongAnswer);
  EXPECT_EQ(OutcomeOf(absl::DataLossError(""), false), Outcome::kWrongAnswer);
  EXPECT_TRUE(IsGood(Outcome::kRefusedAsAsked));
  EXPECT_FALSE(IsGood(Outcome::kWrongAnswer));
}

TEST(OutcomeTest, CountsEveryOutcomeOnce) {
  OutcomeCounts counts, more;
  counts.Add(Outcome::kOk);
  counts.Add(Outcome::kNotSent);
  more.Add(Outcome::kOk);
  more.Add(Outcome::kRefusedAsAsked);
  counts.Merge(more);
  EXPECT_EQ(counts[Outcome::kOk], 2u);
  EXPECT_EQ(counts.good(), 3u);
  EXPECT_EQ(counts.total(), 4u);
  EXPECT_EQ(counts.bad(), 1u);
}

TEST(OutcomeTest, ACallThatWasCancelledOnPurposeIsNeitherGoodNorBad) {
  EXPECT_FALSE(IsGood(Outcome::kCancelledAsAsked));
  EXPECT_FALSE(IsBad(Outcome::kCancelledAsAsked));
  OutcomeCounts counts;
  counts.Add(Outcome::kCancelledAsAsked);
  EXPECT_EQ(counts.total(), 1u);
  EXPECT_EQ(counts.good(), 0u);
  EXPECT_EQ(counts.bad(), 0u);
}

}  // namespace
}  // namespace clip::client::load

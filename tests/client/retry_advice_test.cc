#include "client/retry_advice.h"

#include <gtest/gtest.h>

#include "client/grpc_status.h"
#include "tests/client/fake_statuses.h"

namespace clip::client {
namespace {

TEST(RetryAdviceTest, ReadsMillisecondsOfThePushback) {
  const auto advice = ReadRetryAdvice("250", absl::UnavailableError(""));
  ASSERT_TRUE(advice.has_value());
  EXPECT_TRUE(advice->may_retry);
  EXPECT_EQ(advice->delay, absl::Milliseconds(250));
}

TEST(RetryAdviceTest, NegativeOrUnreadablePushbackForbids) {
  for (const char* pushback : {"-1", "soon", "", "1.5", "99999999999"}) {
    const auto advice = ReadRetryAdvice(pushback, absl::UnavailableError(""));
    ASSERT_TRUE(advice.has_value()) << pushback;
    EXPECT_FALSE(advice->may_retry) << pushback;
  }
}

TEST(RetryAdviceTest, ReadsRetryInfoOfTheStatus) {
  const auto advice =
      ReadRetryAdvice(std::nullopt, FromGrpcStatus(FullStatus(1500)));
  ASSERT_TRUE(advice.has_value());
  EXPECT_TRUE(advice->may_retry);
  EXPECT_EQ(advice->delay, absl::Milliseconds(1500));
}

TEST(RetryAdviceTest, PushbackWinsOverRetryInfo) {
  const auto advice = ReadRetryAdvice("20", FromGrpcStatus(FullStatus(1500)));
  EXPECT_EQ(advice->delay, absl::Milliseconds(20));
}

TEST(RetryAdviceTest, SaysNothingWhereTheServiceSaidNothing) {
  EXPECT_FALSE(
      ReadRetryAdvice(std::nullopt, absl::UnavailableError("")).has_value());
}

TEST(RetryAdviceTest, IgnoresDetailsThatAreNoRetryInfo) {
  absl::Status status = absl::UnavailableError("");
  status.SetPayload(kRetryInfoTypeUrl, absl::Cord("\xff\xff"));
  EXPECT_FALSE(ReadRetryAdvice(std::nullopt, status).has_value());
}

}  // namespace
}  // namespace clip::client

#include "client/retry_policy.h"

#include <gtest/gtest.h>

#include "tests/testing/status_matchers.h"

namespace clip::client {
namespace {

using ::clip::testing::StatusIs;
using ::testing::HasSubstr;

RetryPolicy PolicyOf(const RetryOptions& options) {
  return RetryPolicy::Create(options).value();
}

RetryPolicy ExactPolicy(int max_attempts = 3) {
  RetryOptions options;
  options.max_attempts = max_attempts;
  options.jitter = 0;
  return PolicyOf(options);
}

FailedAttempt Failure(absl::StatusCode code, int attempt = 1) {
  FailedAttempt failure;
  failure.code = code;
  failure.attempt = attempt;
  return failure;
}

TEST(RetryPolicyTest, RetriesWhatAnotherAttemptMayCure) {
  for (const absl::StatusCode code :
       {absl::StatusCode::kUnavailable, absl::StatusCode::kResourceExhausted,
        absl::StatusCode::kCancelled}) {
    EXPECT_TRUE(ExactPolicy().DelayBeforeRetry(Failure(code), 0).has_value())
        << absl::StatusCodeToString(code);
  }
}

TEST(RetryPolicyTest, StopsAtEveryOtherCode) {
  for (const absl::StatusCode code :
       {absl::StatusCode::kInvalidArgument, absl::StatusCode::kNotFound,
        absl::StatusCode::kDeadlineExceeded, absl::StatusCode::kInternal,
        absl::StatusCode::kUnimplemented, absl::StatusCode::kUnknown,
        absl::StatusCode::kUnauthenticated, absl::StatusCode::kAborted,
        absl::StatusCode::kPermissionDenied,
        absl::StatusCode::kFailedPrecondition, absl::StatusCode::kOutOfRange,
        absl::StatusCode::kAlreadyExists, absl::StatusCode::kDataLoss}) {
    EXPECT_FALSE(RetryPolicy::IsRetryable(Failure(code)))
        << absl::StatusCodeToString(code);
    EXPECT_FALSE(ExactPolicy().DelayBeforeRetry(Failure(code), 0).has_value())
        << absl::StatusCodeToString(code);
  }
}

TEST(RetryPolicyTest, StopsWhereTheCallerCancelled) {
  FailedAttempt failure = Failure(absl::StatusCode::kCancelled);
  failure.cancelled_by_caller = true;
  EXPECT_EQ(ExactPolicy().DelayBeforeRetry(failure, 0), std::nullopt);
  failure.code = absl::StatusCode::kUnavailable;
  EXPECT_EQ(ExactPolicy().DelayBeforeRetry(failure, 0), std::nullopt);
}

TEST(RetryPolicyTest, StopsWhenTheAttemptsAreUsedUp) {
  const auto unavailable = absl::StatusCode::kUnavailable;
  EXPECT_TRUE(ExactPolicy(3).DelayBeforeRetry(Failure(unavailable, 2), 0));
  EXPECT_FALSE(ExactPolicy(3).DelayBeforeRetry(Failure(unavailable, 3), 0));
  EXPECT_FALSE(ExactPolicy(1).DelayBeforeRetry(Failure(unavailable, 1), 0));
}

TEST(RetryPolicyTest, DoublesTheWaitUpToItsLimit) {
  const RetryPolicy policy = ExactPolicy(100);
  const auto wait = [&](int attempt) {
    return policy.DelayBeforeRetry(
        Failure(absl::StatusCode::kUnavailable, attempt), 0.5);
  };
  EXPECT_EQ(wait(1), absl::Milliseconds(50));
  EXPECT_EQ(wait(2), absl::Milliseconds(100));
  EXPECT_EQ(wait(3), absl::Milliseconds(200));
  EXPECT_EQ(wait(6), absl::Seconds(1));
  EXPECT_EQ(wait(99), absl::Seconds(1));
}

TEST(RetryPolicyTest, JitterShortensOnlyItsOwnWaits) {
  RetryOptions options;
  options.jitter = 0.5;
  const FailedAttempt failure = Failure(absl::StatusCode::kUnavailable);
  EXPECT_EQ(PolicyOf(options).DelayBeforeRetry(failure, 0),
            absl::Milliseconds(50));
  EXPECT_EQ(PolicyOf(options).DelayBeforeRetry(failure, 0.5),
            absl::Milliseconds(37.5));
}

TEST(RetryPolicyTest, WaitsAsLongAsTheServiceAsks) {
  FailedAttempt failure = Failure(absl::StatusCode::kResourceExhausted);
  failure.advice = RetryAdvice{true, absl::Seconds(7)};
  EXPECT_EQ(ExactPolicy().DelayBeforeRetry(failure, 0.9), absl::Seconds(7));
  RetryOptions options;
  options.jitter = 1;
  for (const double random : {0.0, 0.3, 0.99}) {
    const auto delay = PolicyOf(options).DelayBeforeRetry(failure, random);
    EXPECT_GE(*delay, absl::Seconds(7)) << "never earlier than asked";
    EXPECT_LE(*delay, absl::Seconds(10.5));
  }
}

TEST(RetryPolicyTest, ComesBackAtOnceWhereTheServiceSaysZero) {
  FailedAttempt failure = Failure(absl::StatusCode::kUnavailable);
  failure.advice = RetryAdvice{true, absl::ZeroDuration()};
  EXPECT_EQ(ExactPolicy().DelayBeforeRetry(failure, 0), absl::ZeroDuration());
}

TEST(RetryPolicyTest, StopsWhereTheServiceForbids) {
  FailedAttempt failure = Failure(absl::StatusCode::kResourceExhausted);
  failure.advice = RetryAdvice{false, absl::ZeroDuration()};
  EXPECT_EQ(ExactPolicy().DelayBeforeRetry(failure, 0), std::nullopt);
}

TEST(RetryPolicyTest, AdviceDoesNotMakeAFinalFailureRetryable) {
  FailedAttempt failure = Failure(absl::StatusCode::kInvalidArgument);
  failure.advice = RetryAdvice{true, absl::ZeroDuration()};
  EXPECT_EQ(ExactPolicy().DelayBeforeRetry(failure, 0), std::nullopt);
}

TEST(RetryPolicyTest, StopsWhereTheWaitWouldPassTheDeadline) {
  FailedAttempt failure = Failure(absl::StatusCode::kUnavailable);
  failure.time_left = absl::Milliseconds(50);
  EXPECT_EQ(ExactPolicy().DelayBeforeRetry(failure, 0), std::nullopt);
  failure.time_left = absl::Milliseconds(51);
  EXPECT_TRUE(ExactPolicy().DelayBeforeRetry(failure, 0).has_value());
}

TEST(RetryPolicyTest, RefusesOptionsOutOfRange) {
  const auto refused = [](void (*change)(RetryOptions&)) {
    RetryOptions options;
    change(options);
    return RetryPolicy::Create(options).status();
  };
  const auto invalid = absl::StatusCode::kInvalidArgument;
  EXPECT_THAT(refused([](RetryOptions& o) { o.max_attempts = 0; }),
              StatusIs(invalid, HasSubstr("max_attempts")));
  EXPECT_THAT(
      refused([](RetryOptions& o) { o.initial_backoff = absl::Seconds(-1); }),
      StatusIs(invalid, HasSubstr("initial_backoff")));
  EXPECT_THAT(
      refused([](RetryOptions& o) { o.max_backoff = absl::ZeroDuration(); }),
      StatusIs(invalid, HasSubstr("max_backoff")));
  EXPECT_THAT(refused([](RetryOptions& o) { o.jitter = 1.1; }),
              StatusIs(invalid, HasSubstr("jitter")));
  EXPECT_THAT(refused([](RetryOptions& o) { o.throttle_refill = 0; }),
              StatusIs(invalid, HasSubstr("throttle_refill")));
}

}  // namespace
}  // namespace clip::client

#include "client/retry_throttle.h"

#include <gtest/gtest.h>

namespace clip::client {
namespace {

TEST(RetryThrottleTest, AllowsRetriesWhileMoreThanHalfFull) {
  RetryThrottle throttle(10, 0.1);
  for (int i = 0; i < 4; ++i) EXPECT_TRUE(throttle.RecordFailure()) << i;
  EXPECT_FALSE(throttle.RecordFailure());
}

TEST(RetryThrottleTest, SuccessesBringTokensBack) {
  RetryThrottle throttle(10, 0.5);
  for (int i = 0; i < 5; ++i) throttle.RecordFailure();
  for (int i = 0; i < 2; ++i) throttle.RecordSuccess();
  EXPECT_FALSE(throttle.RecordFailure()) << "6 tokens less one are not enough";
  for (int i = 0; i < 4; ++i) throttle.RecordSuccess();
  EXPECT_TRUE(throttle.RecordFailure());
}

TEST(RetryThrottleTest, NeverHoldsMoreThanItsSize) {
  RetryThrottle throttle(4, 1);
  for (int i = 0; i < 100; ++i) throttle.RecordSuccess();
  EXPECT_TRUE(throttle.RecordFailure());
  EXPECT_FALSE(throttle.RecordFailure());
}

TEST(RetryThrottleTest, ALongOutageLeavesNoDebt) {
  RetryThrottle throttle(4, 1);
  for (int i = 0; i < 100; ++i) throttle.RecordFailure();
  for (int i = 0; i < 4; ++i) throttle.RecordSuccess();
  EXPECT_TRUE(throttle.RecordFailure());
}

}  // namespace
}  // namespace clip::client

#include "server/observability/log_limiter.h"

#include <gtest/gtest.h>

#include "absl/time/time.h"

namespace clip::server {
namespace {

TEST(LogLimiterTest, AllowsOneEventEachIntervalAndCountsTheRest) {
  LogLimiter limiter(absl::Seconds(1));
  const absl::Time start = absl::FromUnixSeconds(1000);
  EXPECT_EQ(limiter.Allow(start), 0);
  EXPECT_EQ(limiter.Allow(start + absl::Milliseconds(1)), std::nullopt);
  EXPECT_EQ(limiter.Allow(start + absl::Milliseconds(999)), std::nullopt);
  EXPECT_EQ(limiter.Allow(start + absl::Seconds(1)), 2);
  EXPECT_EQ(limiter.Allow(start + absl::Seconds(9)), 0);
}

}  // namespace
}  // namespace clip::server

#include "server/service/call_gate.h"

#include <gtest/gtest.h>

#include <thread>

#include "server/batching/real_clock.h"
#include "tests/testing/status_matchers.h"

namespace clip::server {
namespace {

using ::clip::testing::IsOk;
using ::clip::testing::StatusIs;

class CallGateTest : public ::testing::Test {
 protected:
  batching::RealClock clock_;
  CallGate gate_{clock_};
};

TEST_F(CallGateTest, TurnsCallsAwayUntilItIsOpened) {
  EXPECT_THAT(gate_.Enter(), StatusIs(absl::StatusCode::kUnavailable));
  gate_.Open();
  EXPECT_THAT(gate_.Enter(), IsOk());
}

TEST_F(CallGateTest, TurnsCallsAwayOnceItIsClosed) {
  gate_.Open();
  gate_.Close();
  EXPECT_THAT(gate_.Enter(), StatusIs(absl::StatusCode::kUnavailable));
  gate_.Open();
  EXPECT_THAT(gate_.Enter(), StatusIs(absl::StatusCode::kUnavailable));
}

TEST_F(CallGateTest, IsIdleWhenEveryCallHasLeft) {
  gate_.Open();
  ASSERT_THAT(gate_.Enter(), IsOk());
  ASSERT_THAT(gate_.Enter(), IsOk());
  gate_.Leave();
  EXPECT_FALSE(gate_.WaitUntilIdle(clock_.Now()));
  std::thread last([this] { gate_.Leave(); });
  EXPECT_TRUE(gate_.WaitUntilIdle(absl::InfiniteFuture()));
  last.join();
}

TEST_F(CallGateTest, ARefusedCallIsNotInside) {
  EXPECT_FALSE(gate_.Enter().ok());
  EXPECT_TRUE(gate_.WaitUntilIdle(absl::InfinitePast()));
}

}  // namespace
}  // namespace clip::server

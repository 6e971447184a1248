#include "server/health/self_probe.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <string>

#include "server/batching/real_clock.h"
#include "tests/testing/status_matchers.h"

namespace clip::server {
namespace {

using ::clip::testing::IsOk;
using ::clip::testing::StatusIs;

// Checks without a pause, so that no test waits for time to pass.
SelfProbeOptions Quick(int max_failures) {
  SelfProbeOptions options;
  options.period = absl::ZeroDuration();
  options.max_failures = max_failures;
  return options;
}

class SelfProbeTest : public ::testing::Test {
 protected:
  batching::RealClock clock_;
};

TEST_F(SelfProbeTest, GivesUpAfterFailuresInARow) {
  std::atomic<int> checks = 0;
  std::promise<absl::Status> given_up;
  const auto probe = SelfProbe::Create(
      Quick(3), clock_,
      [&checks] {
        ++checks;
        return absl::UnavailableError("no answer");
      },
      [&given_up](const absl::Status& error) { given_up.set_value(error); });
  ASSERT_THAT(probe, IsOk());
  EXPECT_THAT(given_up.get_future().get(),
              StatusIs(absl::StatusCode::kUnavailable, "no answer"));
  EXPECT_EQ(checks, 3);
}

TEST_F(SelfProbeTest, ASuccessForgivesEarlierFailures) {
  // Fails twice, succeeds once, then fails for good.
  std::atomic<int> checks = 0;
  std::promise<void> given_up;
  const auto probe = SelfProbe::Create(
      Quick(3), clock_,
      [&checks] {
        return ++checks == 3 ? absl::OkStatus() : absl::UnavailableError("no");
      },
      [&given_up](const absl::Status&) { given_up.set_value(); });
  ASSERT_THAT(probe, IsOk());
  given_up.get_future().wait();
  EXPECT_EQ(checks, 6);
}

TEST_F(SelfProbeTest, StopsWhileItWaits) {
  SelfProbeOptions options;
  options.period = absl::Hours(1);
  auto probe = SelfProbe::Create(
      options, clock_, [] { return absl::OkStatus(); },
      [](const absl::Status&) { FAIL() << "gave up"; });
  ASSERT_THAT(probe, IsOk());
  probe->reset();
}

TEST_F(SelfProbeTest, RefusesOptionsThatMakeNoSense) {
  SelfProbeOptions options;
  options.max_failures = 0;
  const auto create = [&] {
    return SelfProbe::Create(
        options, clock_, [] { return absl::OkStatus(); },
        [](const absl::Status&) {});
  };
  EXPECT_THAT(create(), StatusIs(absl::StatusCode::kInvalidArgument));
  options.max_failures = 1;
  options.period = -absl::Seconds(1);
  EXPECT_THAT(create(), StatusIs(absl::StatusCode::kInvalidArgument));
}

}  // namespace
}  // namespace clip::server

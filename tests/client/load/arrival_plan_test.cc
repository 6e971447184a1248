#include "client/load/arrival_plan.h"

#include <gmock/gmock.h>

#include <cmath>
#include <limits>
#include <vector>

#include "tests/testing/status_matchers.h"

namespace clip::client::load {
namespace {

using ::clip::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::vector<absl::Duration> AllOf(ArrivalPlan plan) {
  std::vector<absl::Duration> times;
  while (const auto time = plan.Next()) times.push_back(*time);
  return times;
}

std::vector<absl::Duration> AllOf(ArrivalOptions options) {
  return AllOf(*ArrivalPlan::Create(std::move(options)));
}

size_t CountBetween(const std::vector<absl::Duration>& times,
                    absl::Duration from, absl::Duration to) {
  size_t count = 0;
  for (const absl::Duration time : times) count += time >= from && time < to;
  return count;
}

TEST(ArrivalPlanTest, AConstantRateIsEven) {
  const auto times = AllOf({{{4, 4, absl::Seconds(1)}}});
  EXPECT_THAT(times,
              ElementsAre(absl::ZeroDuration(), absl::Milliseconds(250),
                          absl::Milliseconds(500), absl::Milliseconds(750)));
}

TEST(ArrivalPlanTest, AHighRateKeepsItsCountOverALongRun) {
  const auto times = AllOf({{{5000, 5000, absl::Seconds(100)}}});
  EXPECT_NEAR(static_cast<double>(times.size()), 500'000, 1);
  EXPECT_NEAR(absl::ToDoubleSeconds(times[250'000]), 50, 1e-6);
}

TEST(ArrivalPlanTest, ARampHasTheCallsUnderItsLine) {
  const auto times = AllOf({{{0, 100, absl::Seconds(10)}}});
  EXPECT_NEAR(static_cast<double>(times.size()), 500, 1);
  // A quarter of the calls in the first half.
  EXPECT_NEAR(static_cast<double>(
                  CountBetween(times, absl::ZeroDuration(), absl::Seconds(5))),
              125, 1);
}

TEST(ArrivalPlanTest, ARampMayFallToZero) {
  const auto times = AllOf({{{100, 0, absl::Seconds(10)}}});
  EXPECT_NEAR(static_cast<double>(times.size()), 500, 1);
  EXPECT_LE(times.back(), absl::Seconds(10));
}

TEST(ArrivalPlanTest, StepsFollowOneAnother) {
  const auto times = AllOf({{{10, 10, absl::Seconds(2)},
                             {0, 0, absl::Seconds(1)},
                             {50, 50, absl::Seconds(2)}}});
  EXPECT_EQ(CountBetween(times, absl::ZeroDuration(), absl::Seconds(2)), 20u);
  EXPECT_EQ(CountBetween(times, absl::Seconds(2), absl::Seconds(3)), 0u);
  EXPECT_EQ(CountBetween(times, absl::Seconds(3), absl::Seconds(5)), 100u);
}

TEST(ArrivalPlanTest, PoissonGapsHaveTheMeanAndSpreadOfAnExponential) {
  ArrivalOptions options{{{1000, 1000, absl::Seconds(20)}}};
  options.poisson = true;
  const auto times = AllOf(options);
  double sum = 0, squares = 0;
  for (size_t i = 1; i < times.size(); ++i) {
    const double gap = absl::ToDoubleMilliseconds(times[i] - times[i - 1]);
    sum += gap;
    squares += gap * gap;
  }
  const auto count = static_cast<double>(times.size() - 1);
  const double mean = sum / count;
  EXPECT_NEAR(count, 20'000, 500);
  EXPECT_NEAR(mean, 1, 0.03);
  EXPECT_NEAR(std::sqrt(squares / count - mean * mean), 1, 0.05);
}

TEST(ArrivalPlanTest, TheSeedDecidesTheDraws) {
  ArrivalOptions options{{{100, 100, absl::Seconds(1)}}};
  options.poisson = true;
  const auto first = AllOf(options);
  EXPECT_EQ(AllOf(options), first);
  options.seed = 2;
  EXPECT_NE(AllOf(options), first);
}

TEST(ArrivalPlanTest, ATraceIsPlayedAsItIs) {
  const std::vector<absl::Duration> times = {
      absl::Seconds(0), absl::Seconds(2), absl::Seconds(2), absl::Seconds(5)};
  const auto plan = ArrivalPlan::FromTimes(times);
  ASSERT_THAT(plan, ::clip::testing::IsOk());
  EXPECT_EQ(plan->length(), absl::Seconds(5));
  EXPECT_EQ(AllOf(*plan), times);
}

TEST(ArrivalPlanTest, RefusesImpossibleRates) {
  const double bad_rates[] = {-1, 2e6, std::nan(""),
                              std::numeric_limits<double>::infinity()};
  for (const double rate : bad_rates) {
    EXPECT_THAT(
        ArrivalPlan::Create({{{rate, 1, absl::Seconds(1)}}}),
        StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("rate")));
  }
  EXPECT_THAT(ArrivalPlan::Create({{{0, 0, absl::Seconds(1)}}}),
              StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(ArrivalPlan::Create({{{1, 1, absl::ZeroDuration()}}}),
              StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(ArrivalPlan::FromTimes({}),
              StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(ArrivalPlan::FromTimes({absl::Seconds(2), absl::Seconds(1)}),
              StatusIs(absl::StatusCode::kInvalidArgument));
}

}  // namespace
}  // namespace clip::client::load

#include "client/load/latency_histogram.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

namespace clip::client::load {
namespace {

double ErrorOf(absl::Duration said, absl::Duration truth) {
  return std::abs(absl::FDivDuration(said - truth, truth));
}

TEST(LatencyHistogramTest, SaysNothingOfNothing) {
  const LatencyHistogram histogram;
  EXPECT_EQ(histogram.count(), 0u);
  EXPECT_EQ(histogram.Quantile(0.5), absl::ZeroDuration());
  EXPECT_EQ(histogram.Mean(), absl::ZeroDuration());
}

TEST(LatencyHistogramTest, StaysWithinItsErrorBoundAtEveryScale) {
  for (double nanoseconds = 1; nanoseconds < 2e14; nanoseconds *= 1.0037) {
    LatencyHistogram histogram;
    const absl::Duration time = absl::Nanoseconds(std::floor(nanoseconds));
    // A neighbour on each side, so that clamping to the range cannot help.
    histogram.Record(time / 2);
    histogram.Record(time);
    histogram.Record(time * 2);
    ASSERT_LE(ErrorOf(histogram.Quantile(0.5), time),
              LatencyHistogram::kRelativeError)
        << absl::FormatDuration(time);
  }
}

TEST(LatencyHistogramTest, AgreesWithTheSortedTimes) {
  std::mt19937_64 random(7);
  std::lognormal_distribution<double> draw(3, 1.5);
  LatencyHistogram histogram;
  std::vector<absl::Duration> times;
  for (int i = 0; i < 20'000; ++i) {
    times.push_back(absl::Milliseconds(draw(random)));
    histogram.Record(times.back());
  }
  std::sort(times.begin(), times.end());
  for (const double quantile : {0.01, 0.5, 0.9, 0.95, 0.99, 0.999}) {
    const auto rank =
        static_cast<size_t>(std::ceil(quantile * 20'000 - 1e-9)) - 1;
    EXPECT_LE(ErrorOf(histogram.Quantile(quantile), times[rank]),
              LatencyHistogram::kRelativeError)
        << quantile;
  }
  EXPECT_LE(absl::AbsDuration(histogram.max() - times.back()),
            absl::Nanoseconds(1));
}

TEST(LatencyHistogramTest, MergesAsIfOneHadRecordedAll) {
  LatencyHistogram all, first, second;
  for (int i = 1; i <= 1000; ++i) {
    const absl::Duration time = absl::Microseconds(i * i);
    all.Record(time);
    (i % 3 == 0 ? first : second).Record(time);
  }
  first.Merge(second);
  first.Merge(LatencyHistogram());
  EXPECT_EQ(first.count(), all.count());
  EXPECT_EQ(first.min(), all.min());
  EXPECT_EQ(first.max(), all.max());
  EXPECT_EQ(first.Quantile(0.37), all.Quantile(0.37));
  EXPECT_LT(ErrorOf(first.Mean(), all.Mean()), 1e-9);
}

TEST(LatencyHistogramTest, ClampsWhatItCannotHold) {
  LatencyHistogram histogram;
  histogram.Record(-absl::Seconds(1));
  histogram.Record(absl::InfiniteDuration());
  EXPECT_EQ(histogram.min(), absl::ZeroDuration());
  EXPECT_EQ(histogram.max(), LatencyHistogram::kLongest);
}

TEST(LatencyHistogramTest, CountsWhatIsWithinALimit) {
  LatencyHistogram histogram;
  for (int i = 1; i <= 100; ++i) histogram.Record(absl::Milliseconds(i));
  EXPECT_EQ(histogram.CountUpTo(absl::Milliseconds(50.5)), 50u);
  EXPECT_EQ(histogram.CountUpTo(-absl::Milliseconds(1)), 0u);
  EXPECT_EQ(histogram.CountUpTo(absl::Seconds(1)), 100u);
}

TEST(LatencyHistogramTest, TheIntervalHoldsTheTruthInAbout95Of100Runs) {
  std::mt19937_64 random(11);
  std::exponential_distribution<double> draw(1);
  const absl::Duration truth = absl::Milliseconds(-10 * std::log(1 - 0.9));
  int held = 0;
  for (int run = 0; run < 400; ++run) {
    LatencyHistogram histogram;
    for (int i = 0; i < 500; ++i) {
      histogram.Record(absl::Milliseconds(10 * draw(random)));
    }
    const Estimate estimate = histogram.QuantileWithInterval(0.9);
    EXPECT_LE(estimate.low, estimate.value);
    EXPECT_LE(estimate.value, estimate.high);
    if (estimate.low <= truth && truth <= estimate.high) ++held;
  }
  EXPECT_GE(held, 0.92 * 400);
  EXPECT_LE(held, 0.99 * 400);
}

}  // namespace
}  // namespace clip::client::load

#include "client/load/stability.h"

#include <gmock/gmock.h>

#include <random>
#include <vector>

namespace clip::client::load {
namespace {

WindowResult Window(int calls, absl::Duration latency) {
  WindowResult window;
  window.length = absl::Seconds(1);
  for (int i = 0; i < calls; ++i) {
    window.outcomes.Add(Outcome::kOk);
    window.latency.Record(latency);
  }
  return window;
}

constexpr absl::Duration kUsual = absl::Milliseconds(20);

TEST(StabilityTest, NeedsThreeWindows) {
  EXPECT_FALSE(IsStable({}));
  EXPECT_FALSE(IsStable({Window(100, kUsual), Window(100, kUsual)}));
}

TEST(StabilityTest, LooksAtTheLastThree) {
  EXPECT_TRUE(IsStable({Window(5, absl::Seconds(1)), Window(100, kUsual),
                        Window(104, kUsual), Window(98, kUsual)}));
}

TEST(StabilityTest, ADriftOfLatencyOrRateIsNotStable) {
  EXPECT_FALSE(IsStable({Window(100, kUsual), Window(100, 1.2 * kUsual),
                         Window(100, 1.4 * kUsual)}));
  EXPECT_FALSE(
      IsStable({Window(100, kUsual), Window(80, kUsual), Window(60, kUsual)}));
}

// Calls whose latencies are drawn around `median`.
WindowResult DrawnWindow(int calls, absl::Duration median,
                         std::mt19937_64& random) {
  std::lognormal_distribution<double> draw(0, 0.5);
  WindowResult window;
  window.length = absl::Seconds(1);
  for (int i = 0; i < calls; ++i) {
    window.outcomes.Add(Outcome::kOk);
    window.latency.Record(median * draw(random));
  }
  return window;
}

// How many of 100 triples of windows are stable; the last window is slower by
// `drift`.
int StableOf100(int calls, double drift) {
  std::mt19937_64 random(5);
  int stable = 0;
  for (int i = 0; i < 100; ++i) {
    stable += IsStable({DrawnWindow(calls, kUsual, random),
                        DrawnWindow(calls, kUsual, random),
                        DrawnWindow(calls, drift * kUsual, random)});
  }
  return stable;
}

TEST(StabilityTest, WithFewCallsChanceIsNoDrift) {
  EXPECT_GE(StableOf100(40, 1), 65);
  EXPECT_LE(StableOf100(40, 3), 5);
  EXPECT_EQ(StableOf100(4000, 1), 100);
  EXPECT_EQ(StableOf100(4000, 1.3), 0);
}

TEST(StabilityTest, NothingAnsweredIsNotStable) {
  EXPECT_FALSE(
      IsStable({Window(0, kUsual), Window(0, kUsual), Window(0, kUsual)}));
}

}  // namespace
}  // namespace clip::client::load

#include "client/load/stability.h"

#include <gmock/gmock.h>

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

TEST(StabilityTest, NothingAnsweredIsNotStable) {
  EXPECT_FALSE(
      IsStable({Window(0, kUsual), Window(0, kUsual), Window(0, kUsual)}));
}

}  // namespace
}  // namespace clip::client::load

#include "server/health/drain_watchdog.h"

#include <gtest/gtest.h>

#include <future>

#include "absl/time/time.h"
#include "server/batching/real_clock.h"

namespace clip::server {
namespace {

TEST(DrainWatchdogTest, BarksWhenTheDeadlineIsOverrun) {
  batching::RealClock clock;
  std::promise<void> overrun;
  const DrainWatchdog watchdog(clock, clock.Now(),
                               [&overrun] { overrun.set_value(); });
  overrun.get_future().wait();
}

TEST(DrainWatchdogTest, KeepsQuietWhenItIsCalledOff) {
  batching::RealClock clock;
  bool overrun = false;
  {
    const DrainWatchdog watchdog(clock, clock.Now() + absl::Hours(1),
                                 [&overrun] { overrun = true; });
  }
  EXPECT_FALSE(overrun);
}

}  // namespace
}  // namespace clip::server

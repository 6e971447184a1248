#include "server/batching/real_clock.h"

#include <gtest/gtest.h>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "server/batching/mutex.h"

namespace clip::batching {
namespace {

TEST(RealClockTest, NeverGoesBack) {
  const RealClock clock;
  absl::Time last = clock.Now();
  for (int i = 0; i < 1000; ++i) {
    const absl::Time now = clock.Now();
    EXPECT_GE(now, last);
    last = now;
  }
}

TEST(RealClockTest, KeepsTheDistanceOfAWallTime) {
  const RealClock clock;
  const absl::Time before = clock.Now();
  const absl::Time converted = clock.FromWallTime(absl::Now() + absl::Hours(1));
  EXPECT_LE(converted, clock.Now() + absl::Hours(1));
  EXPECT_GT(converted, before + absl::Minutes(59));
}

TEST(RealClockTest, KeepsInfiniteTimes) {
  const RealClock clock;
  EXPECT_EQ(clock.FromWallTime(absl::InfiniteFuture()), absl::InfiniteFuture());
  EXPECT_EQ(clock.FromWallTime(absl::InfinitePast()), absl::InfinitePast());
}

TEST(RealClockTest, WaitForATimeThatIsOverReturnsAtOnce) {
  RealClock clock;
  Mutex mutex;
  CondVar condition;
  MutexLock lock(mutex);
  clock.WaitUntil(condition, mutex, absl::InfinitePast());
  clock.WaitUntil(condition, mutex, clock.Now());
}

TEST(RealClockTest, WaitEndsWhenTheTimeComes) {
  RealClock clock;
  Mutex mutex;
  CondVar condition;
  const absl::Time time = clock.Now() + absl::Milliseconds(1);
  MutexLock lock(mutex);
  while (clock.Now() < time) clock.WaitUntil(condition, mutex, time);
  EXPECT_GE(clock.Now(), time);
}

}  // namespace
}  // namespace clip::batching

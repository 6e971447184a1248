#include "client/retry_clock.h"

#include <gtest/gtest.h>

#include <chrono>
#include <future>
#include <memory>

namespace clip::client {
namespace {

// Far above any scheduling delay; reached only where the code is wrong.
constexpr std::chrono::seconds kNever(60);

TEST(RealRetryClockTest, WakesAfterTheDelay) {
  const auto clock = NewRealRetryClock();
  const auto timer = clock->NewTimer();
  std::promise<absl::Time> woken;
  const absl::Time start = clock->Now();
  timer->Set(absl::Milliseconds(20), [&] { woken.set_value(clock->Now()); });
  EXPECT_GE(woken.get_future().get() - start, absl::Milliseconds(10));
}

TEST(RealRetryClockTest, CancelWakesAtOnce) {
  const auto clock = NewRealRetryClock();
  const auto timer = clock->NewTimer();
  std::promise<void> woken;
  timer->Set(absl::Hours(1), [&] { woken.set_value(); });
  timer->Cancel();
  EXPECT_EQ(woken.get_future().wait_for(kNever), std::future_status::ready);
}

TEST(RealRetryClockTest, CancelWithoutAWaitDoesNothing) {
  const auto clock = NewRealRetryClock();
  clock->NewTimer()->Cancel();
}

TEST(RealRetryClockTest, LetsGoOfTheCallbackOnceItHasRun) {
  // Otherwise a call that owns its timer would own itself, for ever.
  const auto clock = NewRealRetryClock();
  const auto timer = clock->NewTimer();
  std::promise<void> released;
  std::shared_ptr<std::promise<void>> owner(
      &released, [](std::promise<void>* last) { last->set_value(); });
  timer->Set(absl::ZeroDuration(), [owner = std::move(owner)] {});
  EXPECT_EQ(released.get_future().wait_for(kNever), std::future_status::ready);
}

TEST(RealRetryClockTest, ATimerCanBeSetAgainFromItsOwnCallback) {
  const auto clock = NewRealRetryClock();
  const auto timer = clock->NewTimer();
  std::promise<void> woken;
  timer->Set(absl::ZeroDuration(), [&] {
    timer->Set(absl::ZeroDuration(), [&] { woken.set_value(); });
  });
  EXPECT_EQ(woken.get_future().wait_for(kNever), std::future_status::ready);
}

}  // namespace
}  // namespace clip::client

// Whole runs in simulated time.
#include "client/load/load_runner.h"

#include <gmock/gmock.h>

#include <memory>
#include <utility>

#include "client/load/verdict.h"
#include "tests/client/load/fake_load_clock.h"
#include "tests/client/load/fake_load_target.h"

namespace clip::client::load {
namespace {

using Answer = FakeLoadTarget::Answer;

ArrivalPlan ConstantRate(double rate, absl::Duration length) {
  return *ArrivalPlan::Create({{{rate, rate, length}}});
}

class LoadRunnerTest : public ::testing::Test {
 protected:
  void Serve(std::function<Answer(absl::Duration)> answer) {
    target_ = std::make_unique<FakeLoadTarget>(&clock_, std::move(answer));
  }
  void ServeIn(absl::Duration time) {
    Serve([time](absl::Duration) { return Answer{time}; });
  }

  LoadRunner NewRunner() {
    return LoadRunner(
        options_, &clock_, target_.get(),
        [this](uint64_t index) {
          CallSpec spec;
          spec.index = index;
          spec.kind = index % 4 == 0 ? CallKind::kText : CallKind::kImage;
          shape_(spec);
          return spec;
        },
        [this](const RunProgress& progress) {
          progress_.push_back(progress);
          return progress.elapsed < interrupt_at_;
        });
  }

  FakeLoadClock clock_;
  LoadRunner::Options options_;
  std::unique_ptr<FakeLoadTarget> target_;
  // What a test makes of the calls.
  std::function<void(CallSpec&)> shape_ = [](CallSpec&) {};
  absl::Duration interrupt_at_ = absl::InfiniteDuration();
  std::vector<RunProgress> progress_;
};

// Answers in 5 ms, but nothing between 4 s and 5 s.
Answer StallForOneSecond(absl::Duration now) {
  const absl::Duration usual = absl::Milliseconds(5);
  const bool stalled = now >= absl::Seconds(4) && now < absl::Seconds(5);
  return {stalled ? absl::Seconds(5) - now + usual : usual};
}

TEST_F(LoadRunnerTest, AStallOfOneSecondInTenMakesATenthOfTheCallsLate) {
  Serve(StallForOneSecond);
  const RunResult result =
      NewRunner().RunOpenLoop(ConstantRate(1000, absl::Seconds(10)));
  EXPECT_EQ(result.outcomes[Outcome::kOk], 10'000u);
  // All that were due in the stall but for its last 100 ms.
  EXPECT_NEAR(static_cast<double>(result.late), 905, 10);
  EXPECT_GT(result.latency.Quantile(0.95), absl::Milliseconds(400));
  EXPECT_TRUE(Judge(result).is_valid());
}

TEST_F(LoadRunnerTest, AClosedLoopHidesTheSameStall) {
  Serve(StallForOneSecond);
  const RunResult result = NewRunner().RunClosedLoop(5, absl::Seconds(10));
  EXPECT_EQ(result.late, 5u);
}

TEST_F(LoadRunnerTest, NeverWaitsForAnswers) {
  ServeIn(absl::Seconds(30));
  const RunResult result =
      NewRunner().RunOpenLoop(ConstantRate(100, absl::Seconds(10)));
  EXPECT_EQ(target_->most_in_flight, 1000u);
  EXPECT_EQ(target_->starts.size(), 1000u);
  EXPECT_EQ(target_->starts[999], absl::Milliseconds(9990));
  EXPECT_EQ(result.measured, absl::Seconds(10));
  EXPECT_EQ(result.latency.min(), absl::Seconds(30));
  EXPECT_EQ(result.sent_in_time, 1000u);
}

TEST_F(LoadRunnerTest, CountsWhatTheClientCouldNotSendAndSaysSo) {
  ServeIn(absl::Seconds(30));
  options_.max_in_flight = 400;
  const RunResult result =
      NewRunner().RunOpenLoop(ConstantRate(100, absl::Seconds(10)));
  EXPECT_EQ(result.outcomes[Outcome::kNotSent], 600u);
  EXPECT_EQ(result.outcomes.total(), 1000u);
  EXPECT_EQ(result.late, 1000u);
  EXPECT_FALSE(Judge(result).is_valid());
}

TEST_F(LoadRunnerTest, ASlowClientIsCountedInTheLatencyAndInvalidatesTheRun) {
  ServeIn(absl::Milliseconds(1));
  target_->send_cost = absl::Milliseconds(2);
  const RunResult result =
      NewRunner().RunOpenLoop(ConstantRate(1000, absl::Seconds(1)));
  EXPECT_EQ(result.outcomes[Outcome::kOk], 1000u);
  // Call n goes out after 2 n ms and was due after n ms.
  EXPECT_NEAR(absl::ToDoubleMilliseconds(result.send_lag.max()), 999, 1);
  EXPECT_GT(result.latency.max(), absl::Milliseconds(999));
  EXPECT_NEAR(static_cast<double>(result.sent_in_time), 501, 2);
  EXPECT_FALSE(Judge(result).is_valid());
}

TEST_F(LoadRunnerTest, LeavesTheWarmUpOut) {
  Serve([](absl::Duration now) {
    return Answer{now < absl::Seconds(2) ? absl::Seconds(1)
                                         : absl::Milliseconds(1)};
  });
  options_.warm_up = absl::Seconds(2);
  const RunResult result =
      NewRunner().RunOpenLoop(ConstantRate(10, absl::Seconds(5)));
  EXPECT_EQ(result.warm_up_calls, 20u);
  EXPECT_EQ(result.outcomes.total(), 30u);
  EXPECT_EQ(result.measured, absl::Seconds(3));
  EXPECT_EQ(result.latency.max(), absl::Milliseconds(1));
  EXPECT_EQ(result.sent_in_time, 30u);
}

TEST_F(LoadRunnerTest, DropsNoFailure) {
  Serve([](absl::Duration now) {
    if (now < absl::Seconds(1)) {
      return Answer{absl::Milliseconds(1), absl::ResourceExhaustedError("")};
    }
    if (now < absl::Seconds(2)) {
      return Answer{absl::Seconds(1), absl::DeadlineExceededError("")};
    }
    return Answer{absl::Milliseconds(1)};
  });
  const RunResult result =
      NewRunner().RunOpenLoop(ConstantRate(10, absl::Seconds(3)));
  EXPECT_EQ(result.outcomes[Outcome::kRejected], 10u);
  EXPECT_EQ(result.outcomes[Outcome::kTimedOut], 10u);
  EXPECT_EQ(result.outcomes[Outcome::kOk], 10u);
  // Timeouts are late, whatever they are not.
  EXPECT_EQ(result.late, 10u);
  EXPECT_EQ(result.latency.count(), 10u);
  EXPECT_EQ(result.failure_latency.count(), 20u);
}

TEST_F(LoadRunnerTest, PutsACallInTheWindowInWhichItWasDue) {
  ServeIn(absl::Seconds(1.5));
  const RunResult result =
      NewRunner().RunOpenLoop(ConstantRate(10, absl::Seconds(2.5)));
  ASSERT_EQ(result.windows.size(), 3u);
  EXPECT_EQ(result.windows[0].outcomes.total(), 10u);
  EXPECT_EQ(result.windows[2].outcomes.total(), 5u);
  EXPECT_EQ(result.windows[2].start, absl::Seconds(2));
  EXPECT_EQ(result.windows[2].length, absl::Milliseconds(500));
}

TEST_F(LoadRunnerTest, SeparatesTheKinds) {
  ServeIn(absl::Milliseconds(1));
  const RunResult result =
      NewRunner().RunOpenLoop(ConstantRate(100, absl::Seconds(1)));
  EXPECT_EQ(
      result.by_kind[static_cast<size_t>(CallKind::kText)].outcomes.total(),
      25u);
  EXPECT_EQ(
      result.by_kind[static_cast<size_t>(CallKind::kImage)].outcomes.total(),
      75u);
}

TEST_F(LoadRunnerTest, SumsWhatTheServerSaysOfItsTime) {
  Timing timing;
  timing.queue = absl::Milliseconds(2);
  timing.total = absl::Milliseconds(5);
  Serve([timing](absl::Duration) {
    return Answer{absl::Milliseconds(6), absl::OkStatus(), timing, 3};
  });
  const RunResult result =
      NewRunner().RunOpenLoop(ConstantRate(10, absl::Seconds(1)));
  EXPECT_EQ(result.checked_items, 30u);
  EXPECT_EQ(result.server.calls, 10u);
  EXPECT_EQ(result.server.queue, absl::Milliseconds(20));
  EXPECT_EQ(result.server.total, absl::Milliseconds(50));
}

TEST_F(LoadRunnerTest, AnInterruptEndsTheRunSoonAndKeepsItsCalls) {
  ServeIn(absl::Seconds(1));
  interrupt_at_ = absl::Seconds(3);
  const RunResult result =
      NewRunner().RunOpenLoop(ConstantRate(10, absl::Seconds(60)));
  EXPECT_EQ(result.end, RunEnd::kInterrupted);
  EXPECT_TRUE(result.is_partial());
  EXPECT_TRUE(target_->cancelled);
  EXPECT_EQ(result.measured, absl::Seconds(3));
  EXPECT_NEAR(static_cast<double>(result.outcomes[Outcome::kOk]), 20, 1);
  EXPECT_NEAR(static_cast<double>(result.outcomes[Outcome::kCancelled]), 10, 1);
}

TEST_F(LoadRunnerTest, AnInterruptAlsoEndsTheWaitForTheLastAnswers) {
  ServeIn(absl::Hours(1));
  interrupt_at_ = absl::Seconds(3);
  const RunResult result =
      NewRunner().RunOpenLoop(ConstantRate(10, absl::Seconds(1)));
  EXPECT_EQ(result.end, RunEnd::kInterrupted);
  EXPECT_EQ(result.outcomes[Outcome::kCancelled], 10u);
}

TEST_F(LoadRunnerTest, GivesUpOnAServerThatIsGone) {
  Serve([](absl::Duration now) {
    return Answer{absl::Milliseconds(1), now < absl::Seconds(2)
                                             ? absl::OkStatus()
                                             : absl::UnavailableError("gone")};
  });
  const RunResult result =
      NewRunner().RunOpenLoop(ConstantRate(100, absl::Seconds(60)));
  EXPECT_EQ(result.end, RunEnd::kServerGone);
  EXPECT_TRUE(result.is_partial());
  EXPECT_EQ(result.outcomes[Outcome::kOk], 200u);
  EXPECT_NEAR(absl::ToDoubleSeconds(result.measured), 7, 0.6);
}

TEST_F(LoadRunnerTest, ARestartIsNoReasonToGiveUp) {
  Serve([](absl::Duration now) {
    const bool away = now > absl::Seconds(2) && now < absl::Seconds(6);
    return Answer{absl::Milliseconds(1),
                  away ? absl::UnavailableError("") : absl::OkStatus()};
  });
  const RunResult result =
      NewRunner().RunOpenLoop(ConstantRate(100, absl::Seconds(10)));
  EXPECT_EQ(result.end, RunEnd::kComplete);
  EXPECT_NEAR(static_cast<double>(result.outcomes[Outcome::kUnavailable]), 400,
              2);
}

TEST_F(LoadRunnerTest, CancelsACallSoLongAfterItWasDue) {
  ServeIn(absl::Seconds(1));
  shape_ = [](CallSpec& spec) {
    if (spec.index % 5 == 0) spec.cancel_after = absl::Milliseconds(30);
  };
  const RunResult result =
      NewRunner().RunOpenLoop(ConstantRate(10, absl::Seconds(5)));
  EXPECT_EQ(result.outcomes[Outcome::kCancelledAsAsked], 10u);
  EXPECT_EQ(result.outcomes[Outcome::kOk], 40u);
  EXPECT_EQ(result.outcomes.bad(), 0u);
  EXPECT_EQ(target_->cancels[1],
            std::make_pair(uint64_t{5}, absl::Milliseconds(530)));
  // They are neither quick nor slow answers.
  EXPECT_EQ(result.latency.count(), 40u);
  EXPECT_EQ(result.failure_latency.count(), 0u);
  EXPECT_EQ(result.late, 40u);
}

TEST_F(LoadRunnerTest, ACallThatEndsBeforeItsCallerGoesAwayIsAsAnyOther) {
  ServeIn(absl::Milliseconds(10));
  shape_ = [](CallSpec& spec) { spec.cancel_after = absl::Milliseconds(30); };
  const RunResult result =
      NewRunner().RunOpenLoop(ConstantRate(10, absl::Seconds(1)));
  EXPECT_EQ(result.outcomes[Outcome::kOk], 10u);
}

TEST_F(LoadRunnerTest, CancelsInAClosedLoopToo) {
  ServeIn(absl::Seconds(1));
  shape_ = [](CallSpec& spec) { spec.cancel_after = absl::Milliseconds(100); };
  const RunResult result = NewRunner().RunClosedLoop(1, absl::Seconds(1));
  EXPECT_EQ(result.outcomes[Outcome::kCancelledAsAsked], 10u);
}

TEST_F(LoadRunnerTest, AStreamedItemTimesOutAtItsDeadline) {
  ServeIn(absl::Seconds(1));
  shape_ = [](CallSpec& spec) {
    if (spec.index % 2 == 0) spec.kind = CallKind::kStreamText;
    spec.deadline = absl::Milliseconds(200);
  };
  const RunResult result =
      NewRunner().RunOpenLoop(ConstantRate(10, absl::Seconds(1)));
  EXPECT_EQ(result.outcomes[Outcome::kTimedOut], 5u);
  EXPECT_EQ(result.failure_latency.max(), absl::Milliseconds(200));
  // The wire has a deadline for the others.
  EXPECT_EQ(result.outcomes[Outcome::kOk], 5u);
}

TEST_F(LoadRunnerTest, ACancellationThatNobodyAskedForIsAFailure) {
  Serve([](absl::Duration) {
    return Answer{absl::Milliseconds(1), absl::CancelledError("the server")};
  });
  shape_ = [](CallSpec& spec) { spec.cancel_after = absl::Seconds(1); };
  const RunResult result =
      NewRunner().RunOpenLoop(ConstantRate(10, absl::Seconds(1)));
  EXPECT_EQ(result.outcomes[Outcome::kCancelled], 10u);
}

TEST_F(LoadRunnerTest, EndsWhenItsWindowsAreAlike) {
  // Slow at first, even after two seconds.
  Serve([](absl::Duration now) {
    return Answer{now < absl::Seconds(2) ? absl::Milliseconds(90)
                                         : absl::Milliseconds(10)};
  });
  options_.until_stable = true;
  const RunResult result =
      NewRunner().RunOpenLoop(ConstantRate(100, absl::Seconds(60)));
  EXPECT_EQ(result.end, RunEnd::kStable);
  EXPECT_FALSE(result.is_partial());
  // Three windows, and one more for late answers.
  EXPECT_EQ(result.measured, absl::Seconds(6));
  EXPECT_EQ(result.outcomes[Outcome::kCancelled], 0u);
}

TEST_F(LoadRunnerTest, AClosedLoopKeepsItsCallersBusy) {
  ServeIn(absl::Milliseconds(10));
  const RunResult result = NewRunner().RunClosedLoop(8, absl::Seconds(1));
  EXPECT_EQ(target_->most_in_flight, 8u);
  EXPECT_EQ(result.outcomes[Outcome::kOk], 800u);
  EXPECT_EQ(result.latency.max(), absl::Milliseconds(10));
  EXPECT_EQ(result.send_lag.max(), absl::ZeroDuration());
  EXPECT_TRUE(Judge(result).is_valid());
}

TEST_F(LoadRunnerTest, ReportsProgressTwiceASecond) {
  ServeIn(absl::Milliseconds(10));
  options_.warm_up = absl::Seconds(1);
  NewRunner().RunOpenLoop(ConstantRate(100, absl::Seconds(4)));
  ASSERT_GE(progress_.size(), 8u);
  EXPECT_TRUE(progress_[0].warming_up);
  EXPECT_FALSE(progress_[4].warming_up);
  EXPECT_EQ(progress_[4].interval, absl::Milliseconds(500));
  EXPECT_NEAR(static_cast<double>(progress_[4].ended_in_interval), 50, 1);
  EXPECT_EQ(progress_[4].recent.Quantile(0.5), absl::Milliseconds(10));
}

}  // namespace
}  // namespace clip::client::load

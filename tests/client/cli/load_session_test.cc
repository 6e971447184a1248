// The runs of one command in simulated time.
#include "client/cli/load_session.h"

#include <gmock/gmock.h>

#include <sstream>
#include <utility>

#include "client/cli/load_command.h"
#include "tests/client/load/fake_load_clock.h"
#include "tests/client/load/fake_load_target.h"
#include "tests/testing/status_matchers.h"

namespace clip::client {
namespace {

using ::clip::testing::IsOk;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

using Answer = load::FakeLoadTarget::Answer;

class LoadSessionTest : public ::testing::Test {
 protected:
  load::LoadReport MakeRuns() {
    auto plan = PlanLoad(flags_, 1 << 20, in_);
    EXPECT_THAT(plan, IsOk());
    load::FakeLoadTarget target(&clock_, answer_);
    LoadSession session(
        flags_,
        {&clock_, &target, [this] { return clock_.Now() >= interrupt_at_; },
         metrics_, true},
        &console_);
    return session.MakeRuns(*plan);
  }

  load::FakeLoadClock clock_;
  LoadFlags flags_;
  std::function<Answer(absl::Duration)> answer_ = [](absl::Duration) {
    return Answer{absl::Milliseconds(10)};
  };
  std::function<absl::StatusOr<std::string>()> metrics_;
  absl::Time interrupt_at_ = absl::InfiniteFuture();
  std::istringstream in_;
  std::ostringstream out_;
  std::ostringstream err_;
  Console console_{in_, out_, err_};
};

TEST_F(LoadSessionTest, SweepsRates) {
  flags_.rates = "10,20";
  const load::LoadReport report = MakeRuns();
  ASSERT_THAT(report.runs, SizeIs(2));
  EXPECT_EQ(report.runs[0].label, "10 calls/s");
  EXPECT_EQ(report.runs[0].result.outcomes.total(), 100u);
  EXPECT_EQ(report.runs[0].result.warm_up_calls, 20u);
  EXPECT_EQ(report.runs[1].result.outcomes.total(), 200u);
  EXPECT_TRUE(report.runs[1].is_stable);
  EXPECT_THAT(out_.str(), AllOf(HasSubstr("10 calls/s"), HasSubstr("valid")));
  EXPECT_EQ(ExitCodeOf(report), 0);
}

TEST_F(LoadSessionTest, SweepsConcurrencies) {
  flags_.concurrencies = "1,4";
  const load::LoadReport report = MakeRuns();
  ASSERT_THAT(report.runs, SizeIs(2));
  EXPECT_NEAR(report.runs[0].GoodPerSecond(), 100, 1);
  EXPECT_NEAR(report.runs[1].GoodPerSecond(), 400, 2);
}

TEST_F(LoadSessionTest, PlaysStepsAndRamps) {
  flags_.steps = "10:2s,30:2s";
  EXPECT_EQ(MakeRuns().runs[0].result.outcomes.total(), 80u);
  flags_.steps = "";
  flags_.rates = "10";
  flags_.ramp_to = 30;
  EXPECT_EQ(MakeRuns().runs[0].result.outcomes.total(), 200u);
}

TEST_F(LoadSessionTest, FindsTheHighestRateWithinTheObjective) {
  // One worker that takes 10 ms a call: 100 calls/s, and a queue beyond.
  absl::Duration free_at;
  answer_ = [&free_at](absl::Duration now) {
    free_at = std::max(now, free_at) + absl::Milliseconds(10);
    return Answer{free_at - now};
  };
  flags_.find_rate = "10:1000";
  flags_.objective = "p99<50ms";
  const load::LoadReport report = MakeRuns();
  ASSERT_TRUE(report.highest_rate.has_value());
  EXPECT_GE(*report.highest_rate, 95);
  EXPECT_LE(*report.highest_rate, 101);
  EXPECT_THAT(out_.str(), HasSubstr("highest rate with p99<50ms"));
  EXPECT_EQ(ExitCodeOf(report), 0);
}

TEST_F(LoadSessionTest, AMissedObjectiveFails) {
  flags_.rates = "10";
  flags_.objective = "p99<5ms";
  const load::LoadReport report = MakeRuns();
  EXPECT_EQ(report.runs[0].meets_objective, false);
  EXPECT_EQ(ExitCodeOf(report), 1);
}

TEST_F(LoadSessionTest, AWrongAnswerFails) {
  answer_ = [](absl::Duration now) {
    return Answer{absl::Milliseconds(1), now < absl::Seconds(5)
                                             ? absl::OkStatus()
                                             : absl::DataLossError("another")};
  };
  flags_.rates = "10";
  const load::LoadReport report = MakeRuns();
  EXPECT_GT(report.runs[0].result.outcomes[load::Outcome::kWrongAnswer], 0u);
  EXPECT_EQ(ExitCodeOf(report), 1);
}

TEST_F(LoadSessionTest, AnInterruptedSweepIsAPartialReport) {
  flags_.rates = "10,20,30";
  // In the second run: 12 s each.
  interrupt_at_ = clock_.Now() + absl::Seconds(17);
  const load::LoadReport report = MakeRuns();
  ASSERT_THAT(report.runs, SizeIs(2));
  EXPECT_GT(report.runs[1].result.outcomes.total(), 0u);
  EXPECT_THAT(report.partial_reason, HasSubstr("interrupted"));
  EXPECT_EQ(ExitCodeOf(report), 1);
}

TEST_F(LoadSessionTest, AServerThatGoesAwayEndsTheRun) {
  answer_ = [](absl::Duration now) {
    return Answer{absl::Milliseconds(1), now < absl::Seconds(4)
                                             ? absl::OkStatus()
                                             : absl::UnavailableError("gone")};
  };
  flags_.rates = "10,20";
  flags_.duration = absl::Seconds(60);
  const load::LoadReport report = MakeRuns();
  ASSERT_THAT(report.runs, SizeIs(1));
  EXPECT_EQ(report.runs[0].result.outcomes[load::Outcome::kOk], 20u);
  EXPECT_THAT(report.partial_reason, HasSubstr("gone"));
  EXPECT_EQ(ExitCodeOf(report), 3);
}

TEST_F(LoadSessionTest, ShowsWhatTheServersMetricsSay) {
  int reads = 0;
  metrics_ = [&reads]() -> absl::StatusOr<std::string> {
    // Before; ten windows after the warm-up: 50 items in a second each time.
    const int page = reads++;
    return "clip_stage_duration_seconds_sum{stage=\"queue\"} " +
           std::to_string(page) +
           "\nclip_stage_duration_seconds_count{stage=\"queue\"} " +
           std::to_string(50 * page) + "\n";
  };
  flags_.rates = "10";
  const load::LoadReport report = MakeRuns();
  const load::RunReport& run = report.runs[0];
  ASSERT_TRUE(run.server.has_value());
  ASSERT_THAT(run.server->stages, SizeIs(1));
  EXPECT_NEAR(run.server->stages[0].mean, 0.02, 1e-9);
  ASSERT_THAT(run.server_windows, SizeIs(10));
  EXPECT_EQ(run.server_windows[3].start, run.result.windows[3].start);
  EXPECT_EQ(run.server_windows[3].stages[0].count, 50);
  EXPECT_THAT(out_.str(), HasSubstr("queue 20.0 ms"));
}

TEST_F(LoadSessionTest, DrawsALineForAPerson) {
  console_.err_is_terminal = true;
  flags_.rates = "10";
  MakeRuns();
  EXPECT_THAT(err_.str(), HasSubstr("answers/s"));
}

TEST(LiveLineTest, ShowsRateLatencyAndErrors) {
  load::RunProgress progress;
  progress.elapsed = absl::Seconds(12);
  progress.interval = absl::Milliseconds(500);
  progress.ended_in_interval = 50;
  progress.bad = 2;
  progress.in_flight = 3;
  progress.recent.Record(absl::Milliseconds(8));
  EXPECT_EQ(RenderLiveLine("100 calls/s", progress),
            "100 calls/s  12 s  100.0 answers/s  p50 8.0 ms  p99 8.0 ms  2 bad "
            " 3 in flight");
}

}  // namespace
}  // namespace clip::client

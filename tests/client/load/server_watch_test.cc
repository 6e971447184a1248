#include "client/load/server_watch.h"

#include <gmock/gmock.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "tests/client/gate.h"
#include "tests/testing/status_matchers.h"

namespace clip::client::load {
namespace {

using ::clip::testing::IsOk;
using ::clip::testing::StatusIs;
using ::testing::IsEmpty;
using ::testing::SizeIs;

// A page on which `count` items have waited for `seconds` together.
std::string Page(int count, double seconds) {
  return absl::StrCat(
      "clip_stage_duration_seconds_count{stage=\"queue\"} ", count,
      "\nclip_stage_duration_seconds_sum{stage=\"queue\"} ", seconds, "\n");
}

class ServerWatchTest : public ::testing::Test {
 protected:
  ServerWatchTest() {
    options_.reader = [this]() -> absl::StatusOr<std::string> {
      ++reads_;
      if (reads_ == failing_read_) return absl::UnavailableError("gone");
      // Of the n-th page, all that came since the page before took n ms.
      seconds_ += 0.001 * reads_;
      return Page(reads_, seconds_);
    };
    options_.warm_up = absl::Seconds(2);
    options_.window = absl::Seconds(1);
    options_.in_background = false;
  }

  // A run of 5 s with progress twice a second.
  ServerWatch::Result Run() {
    ServerWatch watch(options_);
    for (int i = 1; i <= 10; ++i) watch.Advance(i * absl::Milliseconds(500));
    return watch.Finish(absl::Seconds(5.1));
  }

  ServerWatch::Options options_;
  int failing_read_ = 0;
  int reads_ = 0;
  double seconds_ = 0;
};

TEST_F(ServerWatchTest, TellsTheWindowsApart) {
  const ServerWatch::Result result = Run();
  EXPECT_THAT(result.failure, IsOk());
  // Before; at 2, 3, 4 and 5 s; after.
  EXPECT_EQ(reads_, 6);
  ASSERT_THAT(result.windows, SizeIs(3));
  EXPECT_EQ(result.windows[0].start, absl::ZeroDuration());
  EXPECT_EQ(result.windows[0].length, absl::Seconds(1));
  ASSERT_THAT(result.windows[0].stages, SizeIs(1));
  EXPECT_NEAR(result.windows[0].stages[0].mean, 0.003, 1e-9);
  EXPECT_NEAR(result.windows[1].stages[0].mean, 0.004, 1e-9);
  // The last tenth of a second is a part of the last window.
  EXPECT_EQ(result.windows[2].length, absl::Seconds(1.1));
  EXPECT_EQ(result.windows[2].stages[0].count, 2);
}

TEST_F(ServerWatchTest, LeavesTheWarmUpOut) {
  const ServerWatch::Result result = Run();
  ASSERT_TRUE(result.whole.has_value());
  EXPECT_EQ(result.whole->start, absl::ZeroDuration());
  EXPECT_EQ(result.whole->length, absl::Seconds(3.1));
  EXPECT_EQ(result.whole->stages[0].count, 4);
}

TEST_F(ServerWatchTest, APageThatIsMissingMakesALongerWindow) {
  failing_read_ = 3;
  const ServerWatch::Result result = Run();
  EXPECT_THAT(result.failure, StatusIs(absl::StatusCode::kUnavailable));
  ASSERT_THAT(result.windows, SizeIs(2));
  EXPECT_EQ(result.windows[0].length, absl::Seconds(2));
}

TEST_F(ServerWatchTest, AShortRunHasAMeanAndNoWindows) {
  ServerWatch watch(options_);
  watch.Advance(absl::Milliseconds(500));
  const ServerWatch::Result result = watch.Finish(absl::Seconds(1));
  EXPECT_THAT(result.windows, IsEmpty());
  ASSERT_TRUE(result.whole.has_value());
  EXPECT_EQ(result.whole->stages[0].count, 1);
}

TEST_F(ServerWatchTest, WithoutAPageThereIsNothing) {
  options_.reader = nullptr;
  const ServerWatch::Result result = Run();
  EXPECT_FALSE(result.whole.has_value());
  EXPECT_THAT(result.windows, IsEmpty());
}

TEST_F(ServerWatchTest, NeverWaitsForAPageOfAWindow) {
  const auto gate = std::make_shared<Gate>();
  const auto inner = options_.reader;
  options_.reader = [gate, inner, this] {
    // The page before the run may take its time; so may the one after it.
    if (reads_ == 1) gate->Wait();
    return inner();
  };
  options_.in_background = true;
  ServerWatch watch(options_);
  // All of these would wait for the gate on this thread.
  for (int i = 1; i <= 10; ++i) watch.Advance(i * absl::Milliseconds(500));
  gate->Open();
  EXPECT_THAT(watch.Finish(absl::Seconds(5.1)).failure, IsOk());
}

}  // namespace
}  // namespace clip::client::load

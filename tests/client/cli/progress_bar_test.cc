#include "client/cli/progress_bar.h"

#include <gmock/gmock.h>

#include <sstream>

namespace clip::client {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

const absl::Time kStart = absl::UnixEpoch();

TEST(RenderProgressTest, ShowsShareRateAndTimeLeft) {
  EXPECT_EQ(RenderProgress(400, 1000, 3, absl::Seconds(8)),
            "[########............] 40 % 400/1000  50/s  12s left  3 failed");
}

TEST(RenderProgressTest, HasNoRateBeforeAnythingIsDone) {
  EXPECT_EQ(RenderProgress(0, 10, 0, absl::Seconds(1)),
            "[....................] 0 % 0/10");
  EXPECT_EQ(RenderProgress(1, 1, 0, absl::ZeroDuration()),
            "[####################] 100 % 1/1");
}

TEST(RenderProgressTest, NothingToDoIsDone) {
  EXPECT_EQ(RenderProgress(0, 0, 0, absl::ZeroDuration()),
            "[####################] 100 % 0/0");
}

TEST(RenderProgressTest, CountsWhereNobodyKnowsTheTotal) {
  EXPECT_EQ(RenderProgress(400, std::nullopt, 3, absl::Seconds(8)),
            "400 done  50/s  3 failed");
  EXPECT_EQ(RenderProgress(0, std::nullopt, 0, absl::Seconds(8)), "0 done");
}

TEST(ProgressBarTest, DrawsAtMostTenTimesASecond) {
  std::ostringstream out;
  ProgressBar bar(&out, 3, kStart);
  bar.Advance(false, kStart + absl::Milliseconds(10));
  out.str("");
  bar.Advance(false, kStart + absl::Milliseconds(100));
  EXPECT_THAT(out.str(), IsEmpty());
  bar.Advance(true, kStart + absl::Milliseconds(110));
  EXPECT_THAT(out.str(), HasSubstr("3/3"));
  EXPECT_THAT(out.str(), HasSubstr("1 failed"));
}

TEST(ProgressBarTest, ClearsItsLineAndDrawsItAgain) {
  std::ostringstream out;
  ProgressBar bar(&out, 3, kStart);
  bar.Advance(false, kStart);
  out.str("");
  bar.Clear();
  EXPECT_EQ(out.str(), "\r\x1b[K");
  bar.Advance(false, kStart);
  EXPECT_THAT(out.str(), HasSubstr("2/3"));
}

TEST(ProgressBarTest, WithoutATerminalNothingIsDrawn) {
  ProgressBar bar(nullptr, 3, kStart);
  bar.Advance(false, kStart);
  bar.Clear();
}

}  // namespace
}  // namespace clip::client

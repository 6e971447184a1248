#include "server/batching/wait_forecast.h"

#include <gtest/gtest.h>

namespace clip::batching {
namespace {

constexpr int kMaxBatch = 8;
constexpr Line kPicture = {Lane::kImage};
constexpr Line kText = {Lane::kText};
constexpr Line kBulkPicture = {Lane::kImage, Priority::kBulk};

// `time` a row, whatever the batch.
BatchTimeModel PerRow(absl::Duration time) {
  BatchTimeModel model;
  model.Record({1, 1}, time);
  return model;
}

class WaitForecastTest : public ::testing::Test {
 protected:
  WaitForecastTest() {
    backlog_.times[Lane::kImage] = PerRow(absl::Milliseconds(100));
    backlog_.times[Lane::kText] = PerRow(absl::Milliseconds(1));
  }
  void Queue(Line line, int rows, int length = 1) {
    backlog_.waiting[line] = {rows, int64_t{rows} * length};
  }
  void Run(Line line, absl::Duration left) {
    backlog_.running.push_back({line, left});
  }
  double Wait(Line line, OtherLines others = OtherLines::kEnd, int rows = 1) {
    return absl::ToDoubleSeconds(
        WaitForecast(backlog_, options_).WaitOf(line, rows, others));
  }

  Backlog backlog_;
  WaitForecastOptions options_{kMaxBatch, 1};
};

TEST_F(WaitForecastTest, NothingWaitsForAnIdleDevice) {
  EXPECT_EQ(Wait(kPicture), 0);
}

TEST_F(WaitForecastTest, OnlyFullBatchesGoBeforeARow) {
  Queue(kPicture, kMaxBatch - 1);
  EXPECT_EQ(Wait(kPicture), 0);
  Queue(kPicture, 2 * kMaxBatch + 1);
  EXPECT_NEAR(Wait(kPicture), 1.6, 1e-6);
}

TEST_F(WaitForecastTest, TheLastRowOfACallWaitsForThoseBeforeIt) {
  EXPECT_NEAR(Wait(kPicture, OtherLines::kEnd, 2 * kMaxBatch), 0.8, 1e-6);
}

TEST_F(WaitForecastTest, CountsWhatIsLeftOfTheRunningBatch) {
  Run(kPicture, absl::Milliseconds(300));
  EXPECT_NEAR(Wait(kPicture), 0.3, 1e-6);
}

TEST_F(WaitForecastTest, SeveralExecutorsShareTheWork) {
  options_.executors = 2;
  Queue(kPicture, 4 * kMaxBatch);
  Run(kPicture, absl::Milliseconds(300));
  EXPECT_NEAR(Wait(kPicture), 1.6, 1e-6);  // One of them is free.
  Run(kPicture, absl::Milliseconds(100));
  EXPECT_NEAR(Wait(kPicture), 1.7, 1e-6);
}

TEST_F(WaitForecastTest, TheOtherLaneDelaysByOneBatchWhereNothingIsInFront) {
  Queue(kPicture, 50);
  EXPECT_NEAR(Wait(kText), 0.8, 1e-6);
}

TEST_F(WaitForecastTest, TheOtherLaneTakesNoMoreThanItHas) {
  Queue(kPicture, 50);
  Queue(kText, 20);
  EXPECT_NEAR(Wait(kPicture), 4.8 + 0.02, 1e-6);
}

TEST_F(WaitForecastTest, ALaneThatGoesOnTakesAsMuchAsItsNeighbour) {
  Queue(kPicture, 50);
  Queue(kText, 20);
  EXPECT_NEAR(Wait(kPicture, OtherLines::kGoOn), 2 * 4.8 + 0.008, 1e-6);
}

TEST_F(WaitForecastTest, AnEmptyLaneDoesNotGoOnUnlessItRuns) {
  Queue(kPicture, 50);
  EXPECT_NEAR(Wait(kPicture, OtherLines::kGoOn), 4.8, 1e-6);
  Run(kText, absl::ZeroDuration());
  EXPECT_NEAR(Wait(kPicture, OtherLines::kGoOn), 9.6, 1e-6);
}

TEST_F(WaitForecastTest, ALineThatIsBehindGoesFirst) {
  Queue(kPicture, 50);
  Queue(kText, 1000);
  backlog_.used[kPicture] = absl::Milliseconds(300);
  EXPECT_NEAR(Wait(kPicture), 4.8 + 1.0, 1e-6);
  backlog_.used[kText] = absl::Seconds(5);
  EXPECT_NEAR(Wait(kPicture), 4.8 + 0.1 + 0.008, 1e-6);
  backlog_.used[kText] = absl::Seconds(6);
  EXPECT_NEAR(Wait(kPicture), 4.8, 1e-6);
}

TEST_F(WaitForecastTest, BulkWorkDelaysAPersonByItsShareOnly) {
  Queue(kBulkPicture, 500);
  EXPECT_NEAR(Wait(kPicture), 0, 1e-6);
  Queue(kPicture, 80);
  EXPECT_NEAR(Wait(kPicture), 8 + 1 + 0.8, 1e-6);
}

TEST_F(WaitForecastTest, ABulkBatchThatRunsHasHadItsTurn) {
  Queue(kBulkPicture, 500);
  Run(kBulkPicture, absl::Milliseconds(200));
  backlog_.used[kBulkPicture] = kInteractiveWeight * absl::Milliseconds(800);
  EXPECT_NEAR(Wait(kPicture), 0.2, 1e-6);
}

TEST_F(WaitForecastTest, BulkWorkWaitsForThePeopleOfBothLanes) {
  Queue(kText, 80);
  Queue(kPicture, 80);
  backlog_.used[kBulkPicture] = absl::Seconds(20);
  EXPECT_NEAR(Wait(kBulkPicture), 8.08, 1e-6);
}

TEST_F(WaitForecastTest, BulkWorkGetsItsShareWherePeopleGoOn) {
  Queue(kPicture, 1);
  Queue(kBulkPicture, 16);
  // Two full batches before its own, eight parts for each, and one batch more.
  EXPECT_NEAR(Wait(kBulkPicture, OtherLines::kGoOn), 1.6 + 8 * 1.6 + 0.1, 1e-6);
}

TEST_F(WaitForecastTest, CountsTheLengthOfTexts) {
  Queue(kText, kMaxBatch, 10);
  EXPECT_NEAR(Wait(kText), 0.08, 1e-6);
  backlog_.waiting[kText] = {};
  backlog_.row_length[Lane::kText] = 20;
  EXPECT_NEAR(Wait(kText, OtherLines::kEnd, kMaxBatch + 1), 0.16, 1e-6);
}

TEST_F(WaitForecastTest, ABatchIsAsFullAsItsRowsAndTheUsualOneMakeIt) {
  Queue(kPicture, kMaxBatch + 2);
  const auto time = [&] {
    return absl::ToDoubleSeconds(
        WaitForecast(backlog_, options_).BatchTimeOf(kPicture, 1));
  };
  EXPECT_NEAR(time(), 0.3, 1e-6);
  backlog_.batch_rows[kPicture] = 5.5;
  EXPECT_NEAR(time(), 0.6, 1e-6);
}

TEST_F(WaitForecastTest, EverythingIsDoneWhenAllLinesAreEmpty) {
  Queue(kPicture, 10);
  Queue(kBulkPicture, 10);
  Run(kText, absl::Milliseconds(500));
  EXPECT_NEAR(
      absl::ToDoubleSeconds(WaitForecast(backlog_, options_).TimeToFinish()),
      2.5, 1e-6);
}

}  // namespace
}  // namespace clip::batching

#include "server/batching/batch_size_choice.h"

#include <gtest/gtest.h>

#include <vector>

namespace clip::batching {
namespace {

using Rows = std::vector<WaitingRow>;

// 10 ms and 1 ms a row.
BatchTimeModel Times() {
  BatchTimeModel times;
  for (const int rows : {1, 8, 32}) {
    times.Record({rows, rows}, absl::Milliseconds(10 + rows));
  }
  return times;
}

Rows Waited(int rows, absl::Duration waited) { return Rows(rows, {waited, 1}); }

int Choose(const Rows& rows, absl::Duration target,
           const BatchTimeModel& times = Times(),
           Padding padding = Padding::kToLongest) {
  return ChooseBatchSize(rows, target, times, padding);
}

TEST(BatchSizeChoiceTest, TakesAllThatMeetTheTargetTogether) {
  EXPECT_EQ(Choose(Rows(20), absl::Milliseconds(31)), 20);
}

TEST(BatchSizeChoiceTest, TakesAllWithoutATarget) {
  EXPECT_EQ(Choose(Waited(20, absl::Hours(1)), absl::InfiniteDuration()), 20);
}

TEST(BatchSizeChoiceTest, TakesAllWhileTimesAreUnknown) {
  EXPECT_EQ(Choose(Rows(20), absl::Milliseconds(1), BatchTimeModel()), 20);
}

TEST(BatchSizeChoiceTest, TakesFewerSoThatTheOldestIsInTime) {
  // All at once end after 30 ms, too late for the oldest. Ten end after 20 ms,
  // and the young ones behind them after 40.
  Rows rows = Waited(10, absl::Milliseconds(25));
  rows.resize(20);
  EXPECT_EQ(Choose(rows, absl::Milliseconds(45)), 10);
}

TEST(BatchSizeChoiceTest, TakesAllWhereSmallerBatchesSaveNobody) {
  EXPECT_EQ(Choose(Waited(20, absl::Milliseconds(100)), absl::Milliseconds(45)),
            20);
}

// One long text would make the twenty take 410 ms; 19 without it take 29.
TEST(BatchSizeChoiceTest, CountsTheLengthOfTheLongestRow) {
  BatchTimeModel times;
  for (const int length : {1, 10, 40}) {
    times.Record({8, int64_t{8} * length}, absl::Milliseconds(10 + 8 * length));
  }
  Rows rows(20, {absl::ZeroDuration(), 1});
  EXPECT_EQ(Choose(rows, absl::Milliseconds(110), times), 20);
  rows.back().length = 20;
  EXPECT_EQ(Choose(rows, absl::Milliseconds(110), times), 19);
  // Without padding it costs 19 more positions.
  EXPECT_EQ(Choose(rows, absl::Milliseconds(110), times, Padding::kNone), 20);
}

TEST(BatchSizeChoiceTest, IsNothingWhereNothingWaits) {
  EXPECT_EQ(Choose({}, absl::Milliseconds(1)), 0);
}

}  // namespace
}  // namespace clip::batching

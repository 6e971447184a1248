#include "server/batching/batch_size_choice.h"

#include <gtest/gtest.h>

#include <vector>

namespace clip::batching {
namespace {

using Waits = std::vector<absl::Duration>;

// 10 ms and 1 ms a row.
BatchTimeModel Times() {
  BatchTimeModel times;
  for (const int rows : {1, 8, 32}) {
    times.Record(rows, absl::Milliseconds(10 + rows));
  }
  return times;
}

int Choose(const Waits& waits, absl::Duration target,
           const BatchTimeModel& times = Times()) {
  BatchSizeChoice choice;
  choice.waits = waits;
  choice.target = target;
  return ChooseBatchSize(choice, times);
}

TEST(BatchSizeChoiceTest, TakesAllThatMeetTheTargetTogether) {
  EXPECT_EQ(Choose(Waits(20), absl::Milliseconds(30)), 20);
}

TEST(BatchSizeChoiceTest, TakesAllWithoutATarget) {
  EXPECT_EQ(Choose(Waits(20, absl::Hours(1)), absl::InfiniteDuration()), 20);
}

TEST(BatchSizeChoiceTest, TakesAllWhileTimesAreUnknown) {
  EXPECT_EQ(Choose(Waits(20), absl::Milliseconds(1), BatchTimeModel()), 20);
}

TEST(BatchSizeChoiceTest, TakesFewerSoThatTheOldestIsInTime) {
  // All at once end after 30 ms, too late for the oldest. Ten end after 20 ms,
  // and the young ones behind them after 40.
  Waits waits(10, absl::Milliseconds(25));
  waits.resize(20, absl::ZeroDuration());
  EXPECT_EQ(Choose(waits, absl::Milliseconds(45)), 10);
}

TEST(BatchSizeChoiceTest, TakesAllWhereSmallerBatchesSaveNobody) {
  EXPECT_EQ(Choose(Waits(20, absl::Milliseconds(100)), absl::Milliseconds(45)),
            20);
}

TEST(BatchSizeChoiceTest, CountsTheWorkOfARow) {
  BatchSizeChoice choice;
  const Waits waits(20);
  choice.waits = waits;
  choice.target = absl::Milliseconds(35);
  EXPECT_EQ(ChooseBatchSize(choice, Times()), 20);
  choice.units_per_row = 2;
  // 20 rows take 50 ms, and 12 of them 34.
  EXPECT_EQ(ChooseBatchSize(choice, Times()), 12);
}

TEST(BatchSizeChoiceTest, IsNothingWhereNothingWaits) {
  EXPECT_EQ(Choose({}, absl::Milliseconds(1)), 0);
}

}  // namespace
}  // namespace clip::batching

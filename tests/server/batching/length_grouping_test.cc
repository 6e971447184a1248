#include "server/batching/length_grouping.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <vector>

namespace clip::batching {
namespace {

std::vector<WaitingRow> Rows(const std::vector<int>& lengths) {
  std::vector<WaitingRow> rows;
  rows.reserve(lengths.size());
  for (const int length : lengths) rows.push_back({{}, length});
  return rows;
}

// A fixed part and one millisecond for each hundred positions.
BatchTimeModel Times(absl::Duration fixed) {
  BatchTimeModel times;
  for (const int rows : {1, 8, 32}) {
    for (const int length : {8, 80}) {
      const BatchWork work = {rows, int64_t{rows} * length};
      times.Record(work, fixed + work.positions * absl::Microseconds(10));
    }
  }
  return times;
}

const BatchTimeModel kCheapBatches = Times(absl::Microseconds(100));
const BatchTimeModel kDearBatches = Times(absl::Milliseconds(100));

std::vector<WaitingRow> MostlyShort() {
  std::vector<int> lengths(32, 8);
  lengths[5] = 80;
  return Rows(lengths);
}

TEST(LengthGroupingTest, LeavesALongTextToItsOwnBatch) {
  const LengthGroup group = ChooseLengthGroup(MostlyShort(), 32, kCheapBatches);
  EXPECT_EQ(group.count, 31);
  EXPECT_TRUE(group.lengths.Contains(8));
  EXPECT_FALSE(group.lengths.Contains(80));
}

TEST(LengthGroupingTest, TheOldestGoesFirstHoweverLongItIs) {
  std::vector<int> lengths(32, 8);
  lengths[0] = 80;
  const LengthGroup group = ChooseLengthGroup(Rows(lengths), 32, kCheapBatches);
  EXPECT_EQ(group.count, 1);
  EXPECT_TRUE(group.lengths.Contains(80));
  EXPECT_FALSE(group.lengths.Contains(8));
}

TEST(LengthGroupingTest, SplitsNothingWhereABatchCostsMoreThanPadding) {
  const LengthGroup group = ChooseLengthGroup(MostlyShort(), 32, kDearBatches);
  EXPECT_EQ(group.count, 32);
  EXPECT_TRUE(group.lengths.Contains(80));
}

TEST(LengthGroupingTest, TakesRowsByAgeWhereAllAreAlike) {
  const LengthGroup group =
      ChooseLengthGroup(Rows(std::vector<int>(50, 16)), 32, kCheapBatches);
  EXPECT_EQ(group.count, 32);
  EXPECT_TRUE(group.lengths.Contains(1000));
}

TEST(LengthGroupingTest, TakesRowsByAgeWhileTimesAreUnknown) {
  EXPECT_EQ(ChooseLengthGroup(MostlyShort(), 16, BatchTimeModel()).count, 16);
}

TEST(LengthGroupingTest, IsNothingWhereNothingWaits) {
  EXPECT_EQ(ChooseLengthGroup({}, 32, kCheapBatches).count, 0);
}

// Whatever waits: the group holds the oldest, is no larger than a batch, and
// taking groups to the end costs no more than taking rows by age.
TEST(LengthGroupingTest, NeverCostsMoreThanByAge) {
  std::mt19937 random(11);
  for (int round = 0; round < 200; ++round) {
    std::vector<int> lengths(1 + random() % 100);
    for (int& length : lengths) length = 8 * (1 + random() % 10);
    const BatchTimeModel times = Times(absl::Microseconds(random() % 5000));
    absl::Duration by_age;
    for (size_t first = 0; first < lengths.size(); first += 16) {
      const size_t end = std::min(first + 16, lengths.size());
      const int rows = static_cast<int>(end - first);
      const int longest =
          *std::max_element(lengths.begin() + first, lengths.begin() + end);
      by_age += times.Predict({rows, int64_t{rows} * longest});
    }
    absl::Duration grouped;
    while (!lengths.empty()) {
      const LengthGroup group = ChooseLengthGroup(Rows(lengths), 16, times);
      ASSERT_GE(group.count, 1);
      ASSERT_LE(group.count, 16);
      ASSERT_TRUE(group.lengths.Contains(lengths.front()));
      std::vector<int> taken;
      std::vector<int> left;
      for (const int length : lengths) {
        const bool goes = static_cast<int>(taken.size()) < group.count &&
                          group.lengths.Contains(length);
        (goes ? taken : left).push_back(length);
      }
      ASSERT_EQ(static_cast<int>(taken.size()), group.count);
      const int longest = *std::max_element(taken.begin(), taken.end());
      grouped += times.Predict({group.count, int64_t{group.count} * longest});
      lengths = left;
    }
    EXPECT_LE(grouped, 1.0001 * by_age);
  }
}

}  // namespace
}  // namespace clip::batching

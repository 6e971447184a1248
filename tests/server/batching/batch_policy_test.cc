#include "server/batching/batch_policy.h"

#include <gtest/gtest.h>

#include <optional>
#include <variant>

#include "absl/time/time.h"
#include "server/batching/fair_share.h"
#include "server/batching/lane.h"
#include "server/batching/queue_summary.h"

namespace clip::batching {
namespace {

const absl::Time kNow = absl::FromUnixSeconds(1000);
constexpr absl::Duration kDelay = absl::Milliseconds(10);

LineSummary Waiting(int items, absl::Time oldest) {
  LineSummary lane;
  lane.items = items;
  lane.oldest = oldest;
  return lane;
}

QueueSummary Images(const LineSummary& lane) {
  QueueSummary queue;
  queue.lines[{Lane::kImage}] = lane;
  return queue;
}

std::optional<TakeBatch> Taken(const BatchDecision& decision) {
  const auto* take = std::get_if<TakeBatch>(&decision);
  return take == nullptr ? std::nullopt : std::make_optional(*take);
}

std::optional<absl::Time> Waited(const BatchDecision& decision) {
  const auto* wait = std::get_if<WaitUntil>(&decision);
  return wait == nullptr ? std::nullopt : std::make_optional(wait->time);
}

TEST(BatchPolicyTest, DoesNothingWhenNothingWaits) {
  const BatchPolicy policy({8, kDelay});
  EXPECT_TRUE(
      std::holds_alternative<DoNothing>(policy.Decide(QueueSummary(), kNow)));
}

TEST(BatchPolicyTest, TakesWhatWaitsAtOnceWithoutDelay) {
  const BatchPolicy policy({8, absl::ZeroDuration()});
  const auto take = Taken(policy.Decide(Images(Waiting(3, kNow)), kNow));
  ASSERT_TRUE(take.has_value());
  EXPECT_EQ(take->line.lane, Lane::kImage);
  EXPECT_EQ(take->count, 3);
}

TEST(BatchPolicyTest, TakesFewerWhereThatKeepsTheLatencyTarget) {
  BatchPolicyOptions options;
  options.target_latency = absl::Milliseconds(45);
  LineSummary line = Waiting(20, kNow - absl::Milliseconds(25));
  // 10 ms and 1 ms a row: all 20 would come too late for the oldest ten.
  for (const int rows : {1, 8, 32}) {
    line.times.Record({rows, rows}, absl::Milliseconds(10 + rows));
  }
  line.rows.assign(10, {absl::Milliseconds(25)});
  line.rows.resize(20);
  const auto take = Taken(BatchPolicy(options).Decide(Images(line), kNow));
  ASSERT_TRUE(take.has_value());
  EXPECT_EQ(take->count, 10);
}

// Times by positions only: two short texts and one long one share no batch.
LineSummary MixedTexts() {
  LineSummary line = Waiting(3, kNow);
  for (const int rows : {1, 8}) {
    line.times.Record({rows, int64_t{10} * rows},
                      absl::Milliseconds(10 * rows));
  }
  line.rows = {{{}, 8}, {{}, 80}, {{}, 8}};
  return line;
}

TEST(BatchPolicyTest, PutsTextsOfSimilarLengthIntoABatch) {
  QueueSummary queue;
  queue.lines[{Lane::kText}] = MixedTexts();
  const auto take = Taken(BatchPolicy({8}).Decide(queue, kNow));
  ASSERT_TRUE(take.has_value());
  EXPECT_EQ(take->count, 2);
  EXPECT_TRUE(take->lengths.Contains(8));
  EXPECT_FALSE(take->lengths.Contains(80));
}

TEST(BatchPolicyTest, LooksAheadAtTextsAndNoFurtherThanFourBatches) {
  const BatchPolicy policy({8});
  EXPECT_EQ(policy.LookAhead(Lane::kText, 1), 0);
  EXPECT_EQ(policy.LookAhead(Lane::kText, 5), 5);
  EXPECT_EQ(policy.LookAhead(Lane::kText, 10'000), 32);
  EXPECT_EQ(policy.LookAhead(Lane::kImage, 10'000), 0);
  BatchPolicyOptions by_age;
  by_age.group_by_length = false;
  EXPECT_EQ(BatchPolicy(by_age).LookAhead(Lane::kText, 5), 0);
}

TEST(BatchPolicyTest, TakesTextsByAgeWhereNoneIsPadded) {
  BatchPolicyOptions options;
  options.padding = Padding::kNone;
  EXPECT_EQ(BatchPolicy(options).LookAhead(Lane::kText, 5), 0);
}

TEST(BatchPolicyTest, TakesNoMoreThanAFullBatch) {
  const BatchPolicy policy({8, absl::ZeroDuration()});
  const auto take = Taken(policy.Decide(Images(Waiting(20, kNow)), kNow));
  ASSERT_TRUE(take.has_value());
  EXPECT_EQ(take->count, 8);
}

TEST(BatchPolicyTest, CountsTheDelayFromTheOldest) {
  const BatchPolicy policy({8, kDelay});
  const absl::Time oldest = kNow - absl::Milliseconds(4);
  EXPECT_EQ(Waited(policy.Decide(Images(Waiting(3, oldest)), kNow)),
            oldest + kDelay);
}

TEST(BatchPolicyTest, FlushesWhenOldestReachesMaxDelay) {
  const BatchPolicy policy({8, kDelay});
  EXPECT_TRUE(Taken(policy.Decide(Images(Waiting(3, kNow - kDelay)), kNow)));
}

TEST(BatchPolicyTest, DoesNotDelayAFullBatch) {
  const BatchPolicy policy({8, kDelay});
  EXPECT_TRUE(Taken(policy.Decide(Images(Waiting(8, kNow)), kNow)));
}

TEST(BatchPolicyTest, DelayLeavesTheEarliestDeadlineTimeForThePass) {
  const BatchPolicy policy({8, kDelay});
  LineSummary lane = Waiting(3, kNow);
  lane.earliest_deadline = kNow + absl::Milliseconds(9);
  lane.batch_time = absl::Milliseconds(5);
  EXPECT_EQ(Waited(policy.Decide(Images(lane), kNow)),
            kNow + absl::Milliseconds(4));
}

TEST(BatchPolicyTest, FlushesWhenADeadlineAllowsNoMoreWaiting) {
  const BatchPolicy policy({8, kDelay});
  LineSummary lane = Waiting(3, kNow);
  lane.earliest_deadline = kNow + absl::Milliseconds(5);
  lane.batch_time = absl::Milliseconds(5);
  EXPECT_TRUE(Taken(policy.Decide(Images(lane), kNow)));
}

TEST(BatchPolicyTest, DoesNotDelayWhenTheQueueIsClosed) {
  const BatchPolicy policy({8, kDelay});
  QueueSummary queue = Images(Waiting(1, kNow));
  queue.closed = true;
  EXPECT_TRUE(Taken(policy.Decide(queue, kNow)));
}

TEST(BatchPolicyTest, TakesTheLaneThatUsedLessDeviceTime) {
  const BatchPolicy policy({8, absl::ZeroDuration()});
  QueueSummary queue;
  queue.lines[{Lane::kImage}] = Waiting(8, kNow - absl::Seconds(1));
  queue.lines[{Lane::kImage}].used = absl::Seconds(2);
  queue.lines[{Lane::kText}] = Waiting(1, kNow);
  queue.lines[{Lane::kText}].used = absl::Seconds(1);
  EXPECT_EQ(Taken(policy.Decide(queue, kNow))->line.lane, Lane::kText);
}

TEST(BatchPolicyTest, TakesTheLaneWithTheOlderTaskOnATie) {
  const BatchPolicy policy({8, absl::ZeroDuration()});
  QueueSummary queue;
  queue.lines[{Lane::kImage}] = Waiting(1, kNow);
  queue.lines[{Lane::kText}] = Waiting(1, kNow - absl::Milliseconds(1));
  EXPECT_EQ(Taken(policy.Decide(queue, kNow))->line.lane, Lane::kText);
}

TEST(BatchPolicyTest, TakesADueLaneWhileTheOtherStillWaits) {
  const BatchPolicy policy({8, kDelay});
  QueueSummary queue;
  queue.lines[{Lane::kImage}] = Waiting(1, kNow);
  queue.lines[{Lane::kText}] = Waiting(1, kNow - kDelay);
  queue.lines[{Lane::kText}].used = absl::Seconds(5);
  EXPECT_EQ(Taken(policy.Decide(queue, kNow))->line.lane, Lane::kText);
}

TEST(BatchPolicyTest, WaitsForTheLaneThatIsDueFirst) {
  const BatchPolicy policy({8, kDelay});
  QueueSummary queue;
  queue.lines[{Lane::kImage}] = Waiting(1, kNow);
  queue.lines[{Lane::kText}] = Waiting(1, kNow - absl::Milliseconds(3));
  EXPECT_EQ(Waited(policy.Decide(queue, kNow)), kNow + absl::Milliseconds(7));
}

// Both lanes always have work; a picture batch costs forty text batches.
TEST(BatchPolicyTest, LanesUnderLoadShareTheDeviceTimeEvenly) {
  const BatchPolicy policy({8, absl::ZeroDuration()});
  PerLane<absl::Duration> cost;
  cost[Lane::kImage] = absl::Milliseconds(40);
  cost[Lane::kText] = absl::Milliseconds(1);
  FairShare share;
  QueueSummary queue;
  for (int batch = 0; batch < 1000; ++batch) {
    for (const Lane lane : kLanes) {
      queue.lines[{lane}] = Waiting(8, kNow);
      queue.lines[{lane}].used = share.used({lane});
    }
    const Lane chosen = Taken(policy.Decide(queue, kNow))->line.lane;
    share.Choose({chosen});
    share.Charge({chosen}, cost[chosen]);
  }
  EXPECT_LE(
      absl::AbsDuration(share.used({Lane::kImage}) - share.used({Lane::kText})),
      cost[Lane::kImage]);
}

TEST(BatchPolicyTest, TakesInteractiveBeforeBulkOnATie) {
  const BatchPolicy policy({8, absl::ZeroDuration()});
  QueueSummary queue;
  queue.lines[{Lane::kImage, Priority::kBulk}] =
      Waiting(8, kNow - absl::Seconds(1));
  queue.lines[{Lane::kImage}] = Waiting(1, kNow);
  EXPECT_EQ(Taken(policy.Decide(queue, kNow))->line.priority,
            Priority::kInteractive);
}

TEST(BatchPolicyTest, TakesBulkAtOnceWhereNobodyElseWaits) {
  const BatchPolicy policy({8, absl::ZeroDuration()});
  QueueSummary queue;
  queue.lines[{Lane::kText, Priority::kBulk}] = Waiting(3, kNow);
  const auto take = Taken(policy.Decide(queue, kNow));
  ASSERT_TRUE(take.has_value());
  EXPECT_EQ(take->line.priority, Priority::kBulk);
  EXPECT_EQ(take->count, 3);
}

// Both always have work, and a bulk batch costs as much as a person's.
TEST(BatchPolicyTest, BulkGetsItsPartOfABusyDeviceAndNoMore) {
  const BatchPolicy policy({8, absl::ZeroDuration()});
  constexpr int kBatches = 900;
  FairShare share;
  QueueSummary queue;
  int bulk_batches = 0;
  for (int batch = 0; batch < kBatches; ++batch) {
    for (const Priority priority : kPriorities) {
      const Line line{Lane::kImage, priority};
      queue.lines[line] = Waiting(8, kNow);
      queue.lines[line].used = share.used(line);
    }
    const Line chosen = Taken(policy.Decide(queue, kNow))->line;
    if (chosen.priority == Priority::kBulk) ++bulk_batches;
    share.Choose(chosen);
    share.Charge(chosen, absl::Milliseconds(10));
  }
  EXPECT_NEAR(bulk_batches, kBatches / (kInteractiveWeight + 1.0), 1);
}

}  // namespace
}  // namespace clip::batching

#include "server/batching/batch_queue.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "server/batching/batch.h"
#include "server/batching/lane.h"
#include "tests/testing/fake_batch_task.h"
#include "tests/testing/fake_clock.h"
#include "tests/testing/status_matchers.h"

namespace clip::batching {
namespace {

using clip::testing::FakeBatchTask;
using clip::testing::FakeClock;
using clip::testing::IsOk;
using clip::testing::StatusIs;
using clip::testing::TaskOutcome;

// Its counts are read when no other thread runs.
class CountingObserver final : public BatchObserver {
 public:
  void OnQueueChanged(Lane lane, int delta) override {
    MutexLock lock(mutex_);
    queued[lane] += delta;
  }
  void OnItemTaken(Line, absl::Duration waited) override {
    MutexLock lock(mutex_);
    waits.push_back(waited);
  }
  void OnItemExpired(Lane) override {
    MutexLock lock(mutex_);
    ++expired;
  }
  void OnItemCancelled(Lane) override {
    MutexLock lock(mutex_);
    ++cancelled;
  }

  PerLane<int> queued;
  std::vector<absl::Duration> waits;
  int expired = 0;
  int cancelled = 0;

 private:
  Mutex mutex_;
};

class BatchQueueTest : public ::testing::Test {
 protected:
  std::shared_ptr<TaskOutcome> Push(
      BatchQueue& queue, Lane lane = Lane::kImage,
      absl::Time deadline = absl::InfiniteFuture()) {
    return Push(queue, Line{lane}, deadline);
  }
  std::shared_ptr<TaskOutcome> Push(
      BatchQueue& queue, Line line,
      absl::Time deadline = absl::InfiniteFuture()) {
    auto outcome = std::make_shared<TaskOutcome>();
    std::vector<std::unique_ptr<BatchTask>> tasks;
    tasks.push_back(std::make_unique<FakeBatchTask>(outcome, line, deadline));
    queue.Push(std::move(tasks));
    return outcome;
  }

  // A batch of pictures that took `elapsed`, as a worker would report it.
  static void Record(BatchQueue& queue, int rows, absl::Duration elapsed) {
    Batch batch;
    batch.work = {rows, rows};
    batch.number = 1'000'000;
    queue.RecordBatch(batch, elapsed);
  }

  // Succeeds and destroys the tasks of a batch; returns their number.
  static int Finish(std::optional<Batch> batch) {
    if (!batch) return 0;
    for (const auto& task : batch->tasks) {
      static_cast<FakeBatchTask*>(task.get())->Succeed();
    }
    return static_cast<int>(batch->tasks.size());
  }

  FakeClock clock_;
  CountingObserver observer_;
};

TEST_F(BatchQueueTest, HandsOutTasksInOrderOfArrival) {
  BatchQueue queue({16, {2, absl::ZeroDuration()}}, clock_, observer_);
  const auto first = Push(queue);
  const auto second = Push(queue);
  const auto third = Push(queue);
  EXPECT_EQ(Finish(queue.TryTake()), 2);
  EXPECT_EQ(first->completions(), 1);
  EXPECT_EQ(second->completions(), 1);
  EXPECT_EQ(third->completions(), 0);
  EXPECT_EQ(Finish(queue.TryTake()), 1);
  EXPECT_EQ(third->completions(), 1);
}

TEST_F(BatchQueueTest, NeverMixesLanesInABatch) {
  BatchQueue queue({16, {8, absl::ZeroDuration()}}, clock_, observer_);
  Push(queue, Lane::kImage);
  Push(queue, Lane::kText);
  Push(queue, Lane::kImage);
  std::optional<Batch> batch = queue.TryTake();
  ASSERT_TRUE(batch.has_value());
  for (const auto& task : batch->tasks)
    EXPECT_EQ(task->lane(), batch->line.lane);
  EXPECT_EQ(batch->tasks.size() + Finish(queue.TryTake()), 3U);
}

TEST_F(BatchQueueTest, BulkTasksWaitForInteractiveOnesAndShareNoBatch) {
  BatchQueue queue({16, {8, absl::ZeroDuration()}}, clock_, observer_);
  const Line bulk{Lane::kImage, Priority::kBulk};
  const auto job = Push(queue, bulk);
  const auto person = Push(queue, Lane::kImage);
  EXPECT_EQ(queue.size(Lane::kImage), 2);
  EXPECT_EQ(Finish(queue.TryTake()), 1);
  EXPECT_EQ(person->completions(), 1);
  EXPECT_EQ(job->completions(), 0);
  Record(queue, 1, absl::Seconds(1));
  // The job is behind no longer: it has its turn although another came.
  Push(queue, Lane::kImage);
  std::optional<Batch> batch = queue.TryTake();
  ASSERT_TRUE(batch.has_value());
  EXPECT_TRUE(batch->line == bulk);
  EXPECT_EQ(Finish(std::move(batch)), 1);
}

TEST_F(BatchQueueTest, HoldsAPartBatchUntilTheDelayIsOver) {
  BatchQueue queue({16, {8, absl::Milliseconds(10)}}, clock_, observer_);
  Push(queue);
  EXPECT_FALSE(queue.TryTake().has_value());
  clock_.Advance(absl::Milliseconds(10));
  EXPECT_EQ(Finish(queue.TryTake()), 1);
}

TEST_F(BatchQueueTest, DropsExpiredTasksWhenABatchForms) {
  BatchQueue queue({16, {8, absl::ZeroDuration()}}, clock_, observer_);
  const auto expired =
      Push(queue, Lane::kImage, clock_.Now() + absl::Milliseconds(5));
  const auto alive = Push(queue);
  clock_.Advance(absl::Milliseconds(5));
  EXPECT_EQ(expired->completions(), 0);
  EXPECT_EQ(Finish(queue.TryTake()), 1);
  EXPECT_THAT(*expired->status(),
              StatusIs(absl::StatusCode::kDeadlineExceeded));
  EXPECT_THAT(*alive->status(), IsOk());
  EXPECT_EQ(observer_.expired, 1);
}

TEST_F(BatchQueueTest, DropsCancelledTasksWhenABatchForms) {
  BatchQueue queue({16, {8, absl::ZeroDuration()}}, clock_, observer_);
  const auto cancelled = Push(queue);
  const auto alive = Push(queue);
  cancelled->Cancel();
  EXPECT_EQ(Finish(queue.TryTake()), 1);
  EXPECT_THAT(*cancelled->status(), StatusIs(absl::StatusCode::kCancelled));
  EXPECT_EQ(observer_.cancelled, 1);
}

TEST_F(BatchQueueTest, DroppedTasksTakeNoPlaceInTheBatch) {
  BatchQueue queue({16, {2, absl::ZeroDuration()}}, clock_, observer_);
  for (int i = 0; i < 5; ++i) Push(queue)->Cancel();
  Push(queue);
  Push(queue);
  EXPECT_EQ(Finish(queue.TryTake()), 2);
  EXPECT_EQ(observer_.cancelled, 5);
}

TEST_F(BatchQueueTest, GivesNoBatchWhereEveryTaskIsDead) {
  BatchQueue queue({16, {2, absl::ZeroDuration()}}, clock_, observer_);
  for (int i = 0; i < 5; ++i) Push(queue)->Cancel();
  EXPECT_FALSE(queue.TryTake().has_value());
  EXPECT_EQ(queue.size(Lane::kImage), 0);
}

TEST_F(BatchQueueTest, RefusesWhatDoesNotFitAndKeepsTheRest) {
  BatchQueue queue({2, {8, absl::ZeroDuration()}}, clock_, observer_);
  const auto first = Push(queue);
  Push(queue);
  const auto refused = Push(queue);
  EXPECT_THAT(*refused->status(),
              StatusIs(absl::StatusCode::kResourceExhausted));
  EXPECT_EQ(first->completions(), 0);
  EXPECT_EQ(queue.size(Lane::kImage), 2);
}

TEST_F(BatchQueueTest, QueuesAllTasksOfAPushOrNone) {
  BatchQueue queue({2, {8, absl::ZeroDuration()}}, clock_, observer_);
  const auto outcome = std::make_shared<TaskOutcome>();
  std::vector<std::unique_ptr<BatchTask>> tasks;
  tasks.reserve(3);
  for (int i = 0; i < 3; ++i) {
    tasks.push_back(std::make_unique<FakeBatchTask>(outcome));
  }
  queue.Push(std::move(tasks));
  EXPECT_EQ(outcome->completions(), 3);
  EXPECT_EQ(queue.size(Lane::kImage), 0);
}

TEST_F(BatchQueueTest, CountsLanesApart) {
  BatchQueue queue({1, {8, absl::ZeroDuration()}}, clock_, observer_);
  const auto image = Push(queue, Lane::kImage);
  const auto text = Push(queue, Lane::kText);
  EXPECT_EQ(image->completions(), 0);
  EXPECT_EQ(text->completions(), 0);
}

TEST_F(BatchQueueTest, ReportsItsDepthAndTheWaits) {
  BatchQueue queue({16, {8, absl::ZeroDuration()}}, clock_, observer_);
  Push(queue);
  clock_.Advance(absl::Milliseconds(3));
  Push(queue);
  EXPECT_EQ(observer_.queued[Lane::kImage], 2);
  Finish(queue.TryTake());
  EXPECT_EQ(observer_.queued[Lane::kImage], 0);
  EXPECT_THAT(observer_.waits, ::testing::ElementsAre(absl::Milliseconds(3),
                                                      absl::ZeroDuration()));
}

TEST_F(BatchQueueTest, PrefersTheLaneThatCostLess) {
  BatchQueue queue({16, {1, absl::ZeroDuration()}}, clock_, observer_);
  Push(queue, Lane::kImage);
  Push(queue, Lane::kImage);
  Push(queue, Lane::kText);
  std::optional<Batch> first = queue.TryTake();
  ASSERT_EQ(first->line.lane, Lane::kImage);
  Record(queue, 1, absl::Seconds(1));
  EXPECT_EQ(queue.TryTake()->line.lane, Lane::kText);
}

// 10 ms and 10 ms a row are learned; four rows would take 50 ms, two take 30.
TEST_F(BatchQueueTest, LearnsTimesAndKeepsTheLatencyTargetOfTheOldest) {
  BatchPolicyOptions policy;
  policy.target_latency = absl::Milliseconds(70);
  BatchQueue queue({16, policy}, clock_, observer_);
  for (const int rows : {1, 2, 8}) {
    Record(queue, rows, absl::Milliseconds(10 + 10 * rows));
  }
  Push(queue);
  Push(queue);
  clock_.Advance(absl::Milliseconds(40));
  Push(queue);
  Push(queue);
  EXPECT_EQ(Finish(queue.TryTake()), 2);
  EXPECT_EQ(Finish(queue.TryTake()), 2);
}

TEST_F(BatchQueueTest, WithoutATargetTakesAllThatWaits) {
  BatchQueue queue({16, BatchPolicyOptions()}, clock_, observer_);
  Record(queue, 1, absl::Hours(1));
  Push(queue);
  Push(queue);
  EXPECT_EQ(Finish(queue.TryTake()), 2);
}

TEST_F(BatchQueueTest, TextsOfSimilarLengthShareABatchAndTheRestStaysInLine) {
  BatchQueue queue({16, BatchPolicyOptions()}, clock_, observer_);
  Batch learned;
  learned.line = {Lane::kText};
  learned.work = {8, 80};
  learned.number = 1'000'000;
  queue.RecordBatch(learned, absl::Milliseconds(80));
  std::vector<std::shared_ptr<TaskOutcome>> outcomes;
  std::vector<std::unique_ptr<BatchTask>> tasks;
  for (const int length : {8, 80, 8, 72, 8}) {
    outcomes.push_back(std::make_shared<TaskOutcome>());
    tasks.push_back(std::make_unique<FakeBatchTask>(
        outcomes.back(), Line{Lane::kText}, absl::InfiniteFuture(), length));
  }
  queue.Push(std::move(tasks));
  EXPECT_EQ(Finish(queue.TryTake()), 3);
  EXPECT_EQ(outcomes[1]->completions() + outcomes[3]->completions(), 0);
  EXPECT_EQ(queue.backlog().waiting[{Lane::kText}].rows, 2);
  Push(queue, Lane::kText);
  EXPECT_GE(Finish(queue.TryTake()), 1);
  EXPECT_EQ(outcomes[1]->completions(), 1);
  while (Finish(queue.TryTake()) > 0) {
  }
  EXPECT_EQ(outcomes[3]->completions(), 1);
  EXPECT_EQ(queue.backlog().waiting[{Lane::kText}].positions, 0);
}

TEST_F(BatchQueueTest, CountsThePositionsThatABatchReads) {
  for (const Padding padding : {Padding::kToLongest, Padding::kNone}) {
    BatchPolicyOptions policy;
    policy.padding = padding;
    policy.group_by_length = false;
    BatchQueue queue({16, policy}, clock_, observer_);
    std::vector<std::unique_ptr<BatchTask>> tasks;
    for (const int length : {3, 20, 7}) {
      tasks.push_back(std::make_unique<FakeBatchTask>(
          std::make_shared<TaskOutcome>(), Line{Lane::kText},
          absl::InfiniteFuture(), length));
    }
    queue.Push(std::move(tasks));
    std::optional<Batch> batch = queue.TryTake();
    ASSERT_TRUE(batch.has_value());
    EXPECT_EQ(batch->work.rows, 3);
    EXPECT_EQ(batch->work.positions, padding == Padding::kNone ? 30 : 60);
    Finish(std::move(batch));
  }
}

// Twenty equal texts cost what one does, and teach no more than that.
TEST_F(BatchQueueTest, LearnsFromWhatWasComputed) {
  BatchPolicyOptions policy;
  policy.padding = Padding::kNone;
  BatchQueue queue({64, policy}, clock_, observer_);
  for (const int rows : {1, 20}) {
    std::vector<std::unique_ptr<BatchTask>> tasks;
    for (int i = 0; i < rows; ++i) {
      tasks.push_back(std::make_unique<FakeBatchTask>(
          std::make_shared<TaskOutcome>(), Line{Lane::kText},
          absl::InfiniteFuture(), 50));
    }
    queue.Push(std::move(tasks));
    std::optional<Batch> batch = queue.TryTake();
    ASSERT_TRUE(batch.has_value());
    for (size_t i = 1; i < batch->tasks.size(); ++i) {
      batch->tasks[i]->set_computed(0);
    }
    queue.RecordBatch(*batch, absl::Milliseconds(50));
    for (const auto& task : batch->tasks) task->Fail(absl::CancelledError());
  }
  const BatchTimeModel times = queue.backlog().times[Lane::kText];
  EXPECT_GT(times.Predict({20, 1000}), absl::Milliseconds(200));
}

TEST_F(BatchQueueTest, TellsWhatStandsBeforeARowThatComes) {
  BatchQueue queue({16, {2, absl::ZeroDuration()}}, clock_, observer_);
  Record(queue, 1, absl::Milliseconds(10));
  for (int i = 0; i < 3; ++i) Push(queue);
  std::optional<Batch> batch = queue.TryTake();
  ASSERT_TRUE(batch.has_value());
  const auto left = [&] {
    return absl::ToDoubleMilliseconds(queue.backlog().running.at(0).left);
  };
  clock_.Advance(absl::Milliseconds(5));
  EXPECT_EQ(queue.backlog().waiting[{Lane::kImage}].rows, 1);
  EXPECT_NEAR(left(), 15, 1e-6);
  // Overdue by ten: it is expected to go on for as long again.
  clock_.Advance(absl::Milliseconds(25));
  EXPECT_NEAR(left(), 10, 1e-6);
  queue.RecordBatch(*batch, absl::Milliseconds(30));
  EXPECT_TRUE(queue.backlog().running.empty());
  Finish(std::move(batch));
}

TEST_F(BatchQueueTest, ForgetsABatchThatStillRunsWhenToldTo) {
  BatchQueue queue({16, BatchPolicyOptions()}, clock_, observer_);
  Push(queue);
  std::optional<Batch> cold = queue.TryTake();
  ASSERT_TRUE(cold.has_value());
  queue.ForgetTimes(Lane::kImage);
  queue.RecordBatch(*cold, absl::Seconds(1));
  EXPECT_FALSE(queue.backlog().times[Lane::kImage].known());
  Finish(std::move(cold));
}

TEST_F(BatchQueueTest, CloseRefusesNewTasksAndHandsOutTheRestAtOnce) {
  BatchQueue queue({16, {8, absl::Hours(1)}}, clock_, observer_);
  Push(queue);
  queue.Close();
  EXPECT_THAT(*Push(queue)->status(), StatusIs(absl::StatusCode::kUnavailable));
  EXPECT_EQ(Finish(queue.Take()), 1);
  EXPECT_FALSE(queue.Take().has_value());
}

TEST_F(BatchQueueTest, AbortFailsWhatWaits) {
  BatchQueue queue({16, {8, absl::ZeroDuration()}}, clock_, observer_);
  const auto outcome = Push(queue, Lane::kText);
  queue.Abort(absl::UnavailableError("too late"));
  EXPECT_THAT(*outcome->status(), StatusIs(absl::StatusCode::kUnavailable));
  EXPECT_EQ(observer_.queued[Lane::kText], 0);
  EXPECT_FALSE(queue.Take().has_value());
}

TEST_F(BatchQueueTest, AnswersWhatIsLeftWhenDestroyed) {
  std::shared_ptr<TaskOutcome> outcome;
  {
    BatchQueue queue({16, {8, absl::ZeroDuration()}}, clock_, observer_);
    outcome = Push(queue);
  }
  EXPECT_THAT(*outcome->status(), StatusIs(absl::StatusCode::kUnavailable));
}

TEST_F(BatchQueueTest, TakeWakesUpWhenTheDelayIsOver) {
  BatchQueue queue({16, {8, absl::Milliseconds(10)}}, clock_, observer_);
  const auto outcome = Push(queue);
  std::thread taker([&] { Finish(queue.Take()); });
  clock_.AwaitWaiters(1);
  clock_.Advance(absl::Milliseconds(10));
  EXPECT_THAT(outcome->Await(), IsOk());
  taker.join();
}

TEST_F(BatchQueueTest, TakeWakesUpWhenTheBatchIsFull) {
  BatchQueue queue({16, {2, absl::Hours(1)}}, clock_, observer_);
  Push(queue);
  std::thread taker([&] { EXPECT_EQ(Finish(queue.Take()), 2); });
  clock_.AwaitWaiters(1);
  const auto outcome = Push(queue);
  EXPECT_THAT(outcome->Await(), IsOk());
  taker.join();
}

}  // namespace
}  // namespace clip::batching

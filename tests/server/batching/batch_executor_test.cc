#include "server/batching/batch_executor.h"

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <stdexcept>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "server/batching/batch_queue.h"
#include "server/batching/mutex.h"
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

using Tasks = absl::Span<const std::unique_ptr<BatchTask>>;

void SucceedAll(Tasks tasks) {
  for (const auto& task : tasks) {
    static_cast<FakeBatchTask*>(task.get())->Succeed();
  }
}

std::shared_ptr<TaskOutcome> Push(BatchQueue& queue, Lane lane = Lane::kImage) {
  auto outcome = std::make_shared<TaskOutcome>();
  std::vector<std::unique_ptr<BatchTask>> tasks;
  tasks.push_back(std::make_unique<FakeBatchTask>(outcome, Line{lane}));
  queue.Push(std::move(tasks));
  return outcome;
}

// Where threads of a test meet.
class Meeting {
 public:
  explicit Meeting(int expected) : missing_(expected) {}
  void ArriveAndWait() {
    MutexLock lock(mutex_);
    --missing_;
    arrived_.NotifyAll();
    while (missing_ > 0) arrived_.Wait(mutex_);
  }

 private:
  Mutex mutex_;
  CondVar arrived_;
  int missing_ ABSL_GUARDED_BY(mutex_);
};

class BatchExecutorTest : public ::testing::Test {
 protected:
  FakeClock clock_;
  BatchObserver observer_;
  BatchQueue queue_{{100000, {4, absl::ZeroDuration()}}, clock_, observer_};
};

TEST_F(BatchExecutorTest, RunsWhatIsPushed) {
  BatchExecutor executor(
      {}, [](Lane, Tasks tasks) { SucceedAll(tasks); }, queue_, clock_,
      observer_);
  EXPECT_THAT(Push(queue_)->Await(), IsOk());
  EXPECT_THAT(Push(queue_, Lane::kText)->Await(), IsOk());
}

TEST_F(BatchExecutorTest, StopRunsWhatWasQueued) {
  std::vector<std::shared_ptr<TaskOutcome>> outcomes;
  outcomes.reserve(10);
  for (int i = 0; i < 10; ++i) outcomes.push_back(Push(queue_));
  BatchExecutor executor(
      {}, [](Lane, Tasks tasks) { SucceedAll(tasks); }, queue_, clock_,
      observer_);
  executor.Stop();
  for (const auto& outcome : outcomes) EXPECT_THAT(*outcome->status(), IsOk());
  EXPECT_THAT(*Push(queue_)->status(),
              StatusIs(absl::StatusCode::kUnavailable));
}

TEST_F(BatchExecutorTest, StopMayBeCalledAgain) {
  BatchExecutor executor(
      {}, [](Lane, Tasks) {}, queue_, clock_, observer_);
  executor.Stop();
  executor.Stop();
}

TEST_F(BatchExecutorTest, LivesOnAfterABatchThatThrows) {
  std::atomic<bool> broken{true};
  BatchExecutor executor(
      {},
      [&](Lane, Tasks tasks) {
        if (broken.exchange(false)) throw std::runtime_error("broken");
        SucceedAll(tasks);
      },
      queue_, clock_, observer_);
  EXPECT_THAT(Push(queue_)->Await(), StatusIs(absl::StatusCode::kInternal));
  EXPECT_THAT(Push(queue_)->Await(), IsOk());
}

TEST_F(BatchExecutorTest, RunsAsManyBatchesAtOnceAsItHasThreads) {
  Meeting meeting(2);
  BatchExecutor executor(
      {/*threads=*/2},
      [&](Lane, Tasks tasks) {
        meeting.ArriveAndWait();
        SucceedAll(tasks);
      },
      queue_, clock_, observer_);
  const auto image = Push(queue_, Lane::kImage);
  const auto text = Push(queue_, Lane::kText);
  EXPECT_THAT(image->Await(), IsOk());
  EXPECT_THAT(text->Await(), IsOk());
}

TEST_F(BatchExecutorTest, EachRunFunctionHasThreadsOfItsOwn) {
  // Both functions must be running for either to go on.
  Meeting meeting(2);
  std::atomic<int> first{0};
  std::atomic<int> second{0};
  BatchExecutor executor({},
                         {[&](Lane, Tasks tasks) {
                            ++first;
                            meeting.ArriveAndWait();
                            SucceedAll(tasks);
                          },
                          [&](Lane, Tasks tasks) {
                            ++second;
                            meeting.ArriveAndWait();
                            SucceedAll(tasks);
                          }},
                         queue_, clock_, observer_);
  const auto image = Push(queue_, Lane::kImage);
  const auto text = Push(queue_, Lane::kText);
  EXPECT_THAT(image->Await(), IsOk());
  EXPECT_THAT(text->Await(), IsOk());
  EXPECT_EQ(first, 1);
  EXPECT_EQ(second, 1);
}

TEST_F(BatchExecutorTest, TellsHowLongABatchHasBeenRunning) {
  Meeting started(2);
  Meeting released(2);
  BatchExecutor executor(
      {},
      [&](Lane, Tasks tasks) {
        started.ArriveAndWait();
        released.ArriveAndWait();
        SucceedAll(tasks);
      },
      queue_, clock_, observer_);
  EXPECT_EQ(executor.LongestRunning(clock_.Now()), absl::ZeroDuration());
  const auto outcome = Push(queue_);
  started.ArriveAndWait();
  clock_.Advance(absl::Seconds(7));
  EXPECT_EQ(executor.LongestRunning(clock_.Now()), absl::Seconds(7));
  released.ArriveAndWait();
  executor.Stop();
  EXPECT_EQ(executor.LongestRunning(clock_.Now()), absl::ZeroDuration());
  EXPECT_EQ(executor.last_progress(), clock_.Now());
}

TEST_F(BatchExecutorTest, CompletesEveryTaskOnceUnderStress) {
  constexpr int kPushers = 4;
  constexpr int kTasksEach = 2000;
  std::vector<std::vector<std::shared_ptr<TaskOutcome>>> outcomes(kPushers);
  {
    BatchExecutor executor(
        {/*threads=*/3},
        [](Lane, Tasks tasks) {
          // One task of each full batch is forgotten.
          SucceedAll(tasks.size() == 4 ? tasks.first(3) : tasks);
        },
        queue_, clock_, observer_);
    std::vector<std::thread> pushers;
    pushers.reserve(kPushers);
    for (int p = 0; p < kPushers; ++p) {
      pushers.emplace_back([&, p] {
        for (int i = 0; i < kTasksEach; ++i) {
          outcomes[p].push_back(
              Push(queue_, i % 2 == 0 ? Lane::kImage : Lane::kText));
          if (i % 5 == 0) outcomes[p].back()->Cancel();
        }
      });
    }
    for (std::thread& pusher : pushers) pusher.join();
  }
  for (const auto& pushed : outcomes) {
    ASSERT_EQ(pushed.size(), kTasksEach);
    for (const auto& outcome : pushed) ASSERT_EQ(outcome->completions(), 1);
  }
}

}  // namespace
}  // namespace clip::batching

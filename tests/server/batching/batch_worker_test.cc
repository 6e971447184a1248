#include "server/batching/batch_worker.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <stdexcept>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "server/batching/batch_queue.h"
#include "tests/testing/fake_batch_task.h"
#include "tests/testing/fake_clock.h"
#include "tests/testing/manual_executor.h"
#include "tests/testing/status_matchers.h"

namespace clip::batching {
namespace {

using clip::testing::FakeBatchTask;
using clip::testing::FakeClock;
using clip::testing::IsOk;
using clip::testing::ManualExecutor;
using clip::testing::StatusIs;
using clip::testing::TaskOutcome;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

using Tasks = absl::Span<const std::unique_ptr<BatchTask>>;

void SucceedAll(Tasks tasks) {
  for (const auto& task : tasks) {
    static_cast<FakeBatchTask*>(task.get())->Succeed();
  }
}

class FinishedBatches final : public BatchObserver {
 public:
  void OnBatchFinished(Lane, int items, absl::Duration elapsed) override {
    sizes.push_back(items);
    times.push_back(elapsed);
  }
  std::vector<int> sizes;
  std::vector<absl::Duration> times;
};

class BatchWorkerTest : public ::testing::Test {
 protected:
  std::shared_ptr<TaskOutcome> Push() {
    auto outcome = std::make_shared<TaskOutcome>();
    std::vector<std::unique_ptr<BatchTask>> tasks;
    tasks.push_back(std::make_unique<FakeBatchTask>(outcome));
    queue_.Push(std::move(tasks));
    return outcome;
  }

  FakeClock clock_;
  FinishedBatches observer_;
  BatchQueue queue_{{64, {4, absl::ZeroDuration()}}, clock_, observer_};
};

TEST_F(BatchWorkerTest, RunsBatchesUntilNothingIsDue) {
  BatchWorker worker([](Lane, Tasks tasks) { SucceedAll(tasks); }, queue_,
                     clock_, observer_);
  std::vector<std::shared_ptr<TaskOutcome>> outcomes;
  outcomes.reserve(10);
  for (int i = 0; i < 10; ++i) outcomes.push_back(Push());
  EXPECT_EQ(ManualExecutor(queue_, worker).RunAll(), 3);
  EXPECT_THAT(observer_.sizes, ElementsAre(4, 4, 2));
  for (const auto& outcome : outcomes) EXPECT_THAT(*outcome->status(), IsOk());
}

TEST_F(BatchWorkerTest, AnswersEveryTaskWhenTheBatchThrows) {
  BatchWorker worker(
      [](Lane, Tasks tasks) {
        SucceedAll(tasks.first(1));
        throw std::runtime_error("broken");
      },
      queue_, clock_, observer_);
  const auto done = Push();
  const auto left = Push();
  ManualExecutor(queue_, worker).RunAll();
  EXPECT_THAT(*done->status(), IsOk());
  EXPECT_EQ(done->completions(), 1);
  EXPECT_THAT(*left->status(),
              StatusIs(absl::StatusCode::kInternal, HasSubstr("broken")));
}

TEST_F(BatchWorkerTest, AnswersEveryTaskWhenSomethingUnknownIsThrown) {
  BatchWorker worker([](Lane, Tasks) { throw 7; }, queue_, clock_, observer_);
  const auto outcome = Push();
  ManualExecutor(queue_, worker).RunAll();
  EXPECT_THAT(*outcome->status(), StatusIs(absl::StatusCode::kInternal));
}

TEST_F(BatchWorkerTest, AnswersTasksThatTheBatchForgot) {
  BatchWorker worker([](Lane, Tasks) {}, queue_, clock_, observer_);
  const auto outcome = Push();
  ManualExecutor(queue_, worker).RunAll();
  EXPECT_THAT(*outcome->status(), StatusIs(absl::StatusCode::kInternal));
  EXPECT_EQ(outcome->completions(), 1);
}

TEST_F(BatchWorkerTest, MeasuresTheBatchAndBeats) {
  BatchWorker* worker_in_batch = nullptr;
  absl::Time since_in_batch;
  BatchWorker worker(
      [&](Lane, Tasks tasks) {
        since_in_batch = worker_in_batch->running_since();
        clock_.Advance(absl::Milliseconds(40));
        SucceedAll(tasks);
      },
      queue_, clock_, observer_);
  worker_in_batch = &worker;
  const absl::Time start = clock_.Now();
  EXPECT_EQ(worker.running_since(), absl::InfiniteFuture());
  Push();
  ManualExecutor(queue_, worker).RunAll();
  EXPECT_EQ(since_in_batch, start);
  EXPECT_EQ(worker.running_since(), absl::InfiniteFuture());
  EXPECT_EQ(worker.last_progress(), start + absl::Milliseconds(40));
  EXPECT_THAT(observer_.times, ElementsAre(absl::Milliseconds(40)));
}

}  // namespace
}  // namespace clip::batching

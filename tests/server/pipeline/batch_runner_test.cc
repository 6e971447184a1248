#include "server/pipeline/batch_runner.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <new>
#include <stdexcept>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "server/pipeline/row_owner.h"
#include "server/pipeline/row_task.h"
#include "tests/testing/fake_clock.h"
#include "tests/testing/fake_encoder.h"
#include "tests/testing/status_matchers.h"

namespace clip::server {
namespace {

using batching::BatchTask;
using batching::Lane;
using clip::testing::FakeClock;
using clip::testing::FakeEncoder;
using clip::testing::IsOk;
using clip::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr int kPoison = 66;

class RecordingOwner final : public RowOwner {
 public:
  explicit RecordingOwner(size_t rows) : results(rows), counts(rows) {}
  bool IsCancelled() const override { return cancelled; }
  void OnRowDone(size_t index, RowResult result) override {
    ++counts[index];
    results[index] = std::move(result);
  }

  bool cancelled = false;
  std::vector<RowResult> results;
  std::vector<int> counts;
};

class CountingObserver final : public PipelineObserver {
 public:
  void OnBatchSplit(SplitReason reason) override { splits.push_back(reason); }
  std::vector<SplitReason> splits;
};

class BatchRunnerTest : public ::testing::Test {
 protected:
  // One text row for each first id.
  std::shared_ptr<RecordingOwner> MakeTasks(
      const std::vector<int>& firsts,
      absl::Time deadline = absl::InfiniteFuture()) {
    auto owner = std::make_shared<RecordingOwner>(firsts.size());
    for (size_t i = 0; i < firsts.size(); ++i) {
      std::vector<int32_t> ids(8, 0);
      ids[0] = firsts[i];
      tasks_.push_back(std::make_unique<RowTask>(
          owner, i, PreparedRow{std::move(ids)}, deadline));
      tasks_.back()->set_enqueued_at(clock_.Now());
    }
    return owner;
  }

  BatchOutcome Run() {
    const BatchOutcome outcome = runner_.Run(Lane::kText, tasks_);
    tasks_.clear();
    return outcome;
  }

  FakeClock clock_;
  FakeEncoder encoder_;
  CountingObserver observer_;
  BatchRunner runner_{encoder_, clock_, observer_};
  std::vector<std::unique_ptr<BatchTask>> tasks_;
};

absl::Status FailOnPoison(const std::vector<float>& firsts) {
  const bool poisoned =
      std::find(firsts.begin(), firsts.end(), kPoison) != firsts.end();
  return poisoned ? absl::InternalError("poison") : absl::OkStatus();
}

TEST_F(BatchRunnerTest, GivesEachRowItsOwnEmbedding) {
  const auto owner = MakeTasks({3, 5, 7});
  clock_.Advance(absl::Milliseconds(4));
  const BatchOutcome outcome = Run();
  EXPECT_EQ(outcome.succeeded, 3);
  EXPECT_THAT(owner->results[0].embedding, ElementsAre(3, 0, 3, 8));
  EXPECT_THAT(owner->results[1].embedding, ElementsAre(5, 0, 5, 8));
  EXPECT_THAT(owner->results[2].embedding, ElementsAre(7, 0, 7, 8));
  EXPECT_EQ(owner->results[0].queued, absl::Milliseconds(4));
  EXPECT_THAT(encoder_.text_batches(), ElementsAre(3));
}

TEST_F(BatchRunnerTest, MeasuresTheForwardPass) {
  encoder_.set_fault([&](const std::vector<float>&) {
    clock_.Advance(absl::Milliseconds(9));
    return absl::OkStatus();
  });
  const auto owner = MakeTasks({1});
  Run();
  EXPECT_EQ(owner->results[0].forward, absl::Milliseconds(9));
}

TEST_F(BatchRunnerTest, OnlyThePoisonItemFails) {
  encoder_.set_fault(FailOnPoison);
  const auto owner = MakeTasks({1, 2, 3, 4, kPoison, 6, 7, 8});
  const BatchOutcome outcome = Run();
  EXPECT_EQ(outcome.succeeded, 7);
  EXPECT_EQ(outcome.failed, 1);
  for (int i = 0; i < 8; ++i) {
    EXPECT_EQ(owner->counts[i], 1);
    if (i == 4) {
      EXPECT_THAT(owner->results[i].status,
                  StatusIs(absl::StatusCode::kInternal, HasSubstr("poison")));
    } else {
      EXPECT_THAT(owner->results[i].status, IsOk());
    }
  }
  EXPECT_LE(encoder_.text_batches().size(), 7U);
  EXPECT_THAT(observer_.splits,
              ElementsAre(SplitReason::kFailure, SplitReason::kFailure,
                          SplitReason::kFailure));
}

TEST_F(BatchRunnerTest, SurvivesAnEncoderThatThrows) {
  encoder_.set_fault([](const std::vector<float>& firsts) -> absl::Status {
    if (!FailOnPoison(firsts).ok()) throw std::runtime_error("thrown");
    return absl::OkStatus();
  });
  const auto owner = MakeTasks({1, kPoison, 3});
  EXPECT_EQ(Run().succeeded, 2);
  EXPECT_THAT(owner->results[1].status,
              StatusIs(absl::StatusCode::kInternal, HasSubstr("thrown")));
}

TEST_F(BatchRunnerTest, NeverGivesAnEmbeddingThatIsNotFinite) {
  encoder_.set_nan_marker(kPoison);
  const auto owner = MakeTasks({1, kPoison, 3});
  EXPECT_EQ(Run().failed, 1);
  EXPECT_THAT(owner->results[0].status, IsOk());
  EXPECT_THAT(owner->results[1].status,
              StatusIs(absl::StatusCode::kInternal, HasSubstr("finite")));
  EXPECT_TRUE(owner->results[1].embedding.empty());
  EXPECT_THAT(owner->results[2].status, IsOk());
}

TEST_F(BatchRunnerTest, HalvesABatchThatIsTooLargeForMemory) {
  encoder_.set_fault([](const std::vector<float>& firsts) {
    return firsts.size() > 2 ? absl::ResourceExhaustedError("device memory")
                             : absl::OkStatus();
  });
  MakeTasks({1, 2, 3, 4});
  EXPECT_EQ(Run().succeeded, 4);
  EXPECT_THAT(encoder_.text_batches(), ElementsAre(4, 2, 2));
  EXPECT_THAT(observer_.splits, ElementsAre(SplitReason::kMemory));
}

TEST_F(BatchRunnerTest, AnswersTheHalfThatFits) {
  encoder_.set_fault([](const std::vector<float>& firsts) {
    return firsts.size() > 2 || firsts.front() == kPoison
               ? absl::ResourceExhaustedError("device memory")
               : absl::OkStatus();
  });
  const auto owner = MakeTasks({kPoison, 2, 3, 4});
  const BatchOutcome outcome = Run();
  EXPECT_EQ(outcome.succeeded, 2);
  EXPECT_EQ(outcome.failed, 2);
  EXPECT_THAT(owner->results[1].status,
              StatusIs(absl::StatusCode::kResourceExhausted));
  EXPECT_THAT(owner->results[2].status, IsOk());
}

TEST_F(BatchRunnerTest, HalvesForMemoryOnlyOnce) {
  encoder_.set_fault([](const std::vector<float>&) {
    return absl::ResourceExhaustedError("device memory");
  });
  const auto owner = MakeTasks({1, 2, 3, 4, 5, 6, 7, 8});
  EXPECT_EQ(Run().failed, 8);
  EXPECT_THAT(encoder_.text_batches(), ElementsAre(8, 4, 4));
  EXPECT_THAT(owner->results[7].status,
              StatusIs(absl::StatusCode::kResourceExhausted));
}

TEST_F(BatchRunnerTest, TakesAFailedAllocationForWantOfMemory) {
  encoder_.set_fault([](const std::vector<float>&) -> absl::Status {
    throw std::bad_alloc();
  });
  const auto owner = MakeTasks({1});
  Run();
  EXPECT_THAT(owner->results[0].status,
              StatusIs(absl::StatusCode::kResourceExhausted));
}

TEST_F(BatchRunnerTest, DoesNotRunDeadRows) {
  const auto cancelled = MakeTasks({1});
  cancelled->cancelled = true;
  const auto expired = MakeTasks({2}, clock_.Now() + absl::Milliseconds(1));
  const auto alive = MakeTasks({3});
  clock_.Advance(absl::Milliseconds(1));
  const BatchOutcome outcome = Run();
  EXPECT_EQ(outcome.succeeded, 1);
  EXPECT_EQ(outcome.failed, 0);
  EXPECT_THAT(cancelled->results[0].status,
              StatusIs(absl::StatusCode::kCancelled));
  EXPECT_THAT(expired->results[0].status,
              StatusIs(absl::StatusCode::kDeadlineExceeded));
  EXPECT_THAT(encoder_.text_batches(), ElementsAre(1));
}

TEST_F(BatchRunnerTest, DoesNotTryRowsAgainThatDiedMeanwhile) {
  encoder_.set_fault([&](const std::vector<float>& firsts) {
    clock_.Advance(absl::Milliseconds(5));
    return FailOnPoison(firsts);
  });
  MakeTasks({1, kPoison}, clock_.Now() + absl::Milliseconds(5));
  Run();
  EXPECT_THAT(encoder_.text_batches(), ElementsAre(2));
}

TEST_F(BatchRunnerTest, TouchesNoModelWhereEveryRowIsDead) {
  MakeTasks({1, 2})->cancelled = true;
  Run();
  EXPECT_TRUE(encoder_.text_batches().empty());
}

}  // namespace
}  // namespace clip::server

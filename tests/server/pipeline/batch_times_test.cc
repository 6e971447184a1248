// What the pipeline learns of the times of batches, and what it does with it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "server/batching/mutex.h"
#include "server/pipeline/batching_pipeline.h"
#include "tests/testing/fake_clock.h"
#include "tests/testing/fake_encoder.h"
#include "tests/testing/fake_model.h"
#include "tests/testing/pending_call.h"
#include "tests/testing/status_matchers.h"

namespace clip::server {
namespace {

using batching::Lane;
using clip::testing::FakeClock;
using clip::testing::FakeEncoder;
using clip::testing::FakeModel;
using clip::testing::IsOk;
using clip::testing::PendingCall;
using clip::testing::StatusIs;
using ::testing::ElementsAre;

// Sees the batches whose time was predicted, and the rows that wait.
class TimesObserver final : public PipelineObserver {
 public:
  void OnQueueChanged(Lane, int delta) override {
    batching::MutexLock lock(mutex_);
    queued_ += delta;
    changed_.NotifyAll();
  }
  void OnBatchTimeKnown(Lane, absl::Duration predicted,
                        absl::Duration elapsed) override {
    batching::MutexLock lock(mutex_);
    ratio_ = absl::FDivDuration(elapsed, predicted);
    ++known_;
    changed_.NotifyAll();
  }

  // Blocks until `count` rows wait in the queue.
  void AwaitQueued(int count) {
    batching::MutexLock lock(mutex_);
    while (queued_ != count) changed_.Wait(mutex_);
  }
  // Blocks until the time of `count` batches was predicted; of the last one
  // the actual time in parts of the predicted one.
  double AwaitRatio(int count) {
    batching::MutexLock lock(mutex_);
    while (known_ < count) changed_.Wait(mutex_);
    return ratio_;
  }

 private:
  batching::Mutex mutex_;
  batching::CondVar changed_;
  double ratio_ ABSL_GUARDED_BY(mutex_) = 0;
  int known_ ABSL_GUARDED_BY(mutex_) = 0;
  int queued_ ABSL_GUARDED_BY(mutex_) = 0;
};

// Texts of up to 16 ids; a pass takes 10 ms a row.
class BatchTimesTest : public ::testing::Test {
 protected:
  BatchTimesTest() {
    model::ModelInfo info = clip::testing::FakeModelInfo();
    info.context_length = 16;
    auto encoder = std::make_unique<FakeEncoder>(info);
    encoder_ = encoder.get();
    encoder->set_fault([this](const std::vector<float>& rows) {
      clock_.Advance(absl::Milliseconds(10) * rows.size());
      return absl::OkStatus();
    });
    options_.max_batch_size = 16;
    options_.admission.max_queue_delay = absl::Milliseconds(500);
    pipeline_ = *BatchingPipeline::Create(FakeModel(std::move(encoder)),
                                          options_, clock_, observer_);
    EXPECT_THAT(pipeline_->WarmUp(), IsOk());
  }
  ~BatchTimesTest() override { encoder_->OpenGate(); }

  // Token ids of a text of this length.
  std::vector<int32_t> Ids(int length) const {
    return std::vector<int32_t>(length, 7);
  }

  std::shared_ptr<PendingCall> EncodeTexts(
      const std::vector<std::vector<int32_t>>& texts,
      absl::Duration timeout = absl::InfiniteDuration()) {
    std::vector<PipelineItem> items;
    for (const auto& ids : texts) items.push_back(TextTokens{ids});
    CallOptions options;
    options.deadline = clock_.Now() + timeout;
    auto call = std::make_shared<PendingCall>();
    pipeline_->Encode(std::move(items), std::move(options), call->Done());
    return call;
  }

  FakeClock clock_;
  TimesObserver observer_;
  BatchingPipelineOptions options_;
  FakeEncoder* encoder_ = nullptr;
  std::unique_ptr<BatchingPipeline> pipeline_;
};

TEST_F(BatchTimesTest, WarmUpTeachesShortTextsToo) {
  EXPECT_THAT(encoder_->text_batches(), ElementsAre(1, 1, 8, 16, 16));
}

// Of a lane's warm-up, the first batch is forgotten and the second one is the
// first of which something is known.
TEST_F(BatchTimesTest, TellsWhatWasPredictedAndWhatCame) {
  constexpr int kPredictedInWarmUp = 2 + 3;
  observer_.AwaitRatio(kPredictedInWarmUp);
  const std::vector<std::vector<int32_t>> texts(4, Ids(12));
  EXPECT_THAT(EncodeTexts(texts)->Await().status, IsOk());
  EXPECT_NEAR(observer_.AwaitRatio(kPredictedInWarmUp + 1), 1, 0.05);
}

TEST_F(BatchTimesTest, RefusesWhatCouldNotBeComputedBeforeItsDeadline) {
  encoder_->CloseGate();
  const std::vector<std::vector<int32_t>> many(17, Ids(16));
  const auto running = EncodeTexts(many);
  encoder_->AwaitAtGate(1);
  observer_.AwaitQueued(1);
  // 160 ms of the batch that runs and 20 ms of its own.
  const std::vector<std::vector<int32_t>> one(1, Ids(16));
  const CallResult refused = EncodeTexts(one, absl::Milliseconds(150))->Await();
  EXPECT_THAT(refused.status, StatusIs(absl::StatusCode::kResourceExhausted));
  EXPECT_GT(refused.retry_after, absl::ZeroDuration());
  const auto admitted = EncodeTexts(one, absl::Milliseconds(500));
  encoder_->OpenGate();
  EXPECT_THAT(admitted->Await().status, IsOk());
  EXPECT_THAT(running->Await().status, IsOk());
}

}  // namespace
}  // namespace clip::server

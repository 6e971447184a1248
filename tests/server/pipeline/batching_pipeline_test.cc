#include "server/pipeline/batching_pipeline.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <deque>
#include <map>
#include <memory>
#include <numeric>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "server/admission/reject_reason.h"
#include "server/batching/lane.h"
#include "server/batching/mutex.h"
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
using clip::testing::FakePixels;
using clip::testing::IsOk;
using clip::testing::PendingCall;
using clip::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr float kPoison = 66;

class RecordingObserver final : public PipelineObserver {
 public:
  void OnRejected(RejectReason reason) override {
    batching::MutexLock lock(mutex_);
    ++rejected_[reason];
  }
  void OnQueueChanged(Lane, int delta) override {
    batching::MutexLock lock(mutex_);
    queued_ += delta;
    changed_.NotifyAll();
  }
  void OnPreprocessed(Lane lane, absl::Duration) override {
    batching::MutexLock lock(mutex_);
    ++preprocessed_[lane];
  }

  void OnDeviceUsed(std::string_view device, absl::Duration time) override {
    batching::MutexLock lock(mutex_);
    used_[std::string(device)] += time;
  }

  absl::Duration used(const std::string& device) const {
    batching::MutexLock lock(mutex_);
    const auto found = used_.find(device);
    return found == used_.end() ? absl::ZeroDuration() : found->second;
  }
  int rejected(RejectReason reason) const {
    batching::MutexLock lock(mutex_);
    const auto found = rejected_.find(reason);
    return found == rejected_.end() ? 0 : found->second;
  }
  int preprocessed(Lane lane) const {
    batching::MutexLock lock(mutex_);
    return preprocessed_[lane];
  }
  // Blocks until `count` rows wait in the queue.
  void AwaitQueued(int count) {
    batching::MutexLock lock(mutex_);
    while (queued_ != count) changed_.Wait(mutex_);
  }

 private:
  mutable batching::Mutex mutex_;
  batching::CondVar changed_;
  std::map<RejectReason, int> rejected_ ABSL_GUARDED_BY(mutex_);
  batching::PerLane<int> preprocessed_ ABSL_GUARDED_BY(mutex_);
  std::map<std::string, absl::Duration> used_ ABSL_GUARDED_BY(mutex_);
  int queued_ ABSL_GUARDED_BY(mutex_) = 0;
};

class BatchingPipelineTest : public ::testing::Test {
 protected:
  BatchingPipelineTest() {
    options_.decode_threads = 2;
    options_.max_batch_size = 16;
  }
  ~BatchingPipelineTest() override {
    if (encoder_ != nullptr) encoder_->OpenGate();
    if (second_ != nullptr) second_->OpenGate();
  }

  void Start() {
    auto encoder = std::make_unique<FakeEncoder>();
    encoder_ = encoder.get();
    StartModel(FakeModel(std::move(encoder)));
  }

  // A model on two devices, which take rows one by one.
  void StartTwo() {
    options_.max_batch_size = 1;
    model::LoadedModel model = FakeModel();
    encoder_ = static_cast<FakeEncoder*>(model.encoder.get());
    model::ModelInfo info = clip::testing::FakeModelInfo();
    info.device = "fake:1";
    auto second = std::make_unique<FakeEncoder>(info);
    second_ = second.get();
    model.replicas.push_back(std::move(second));
    StartModel(std::move(model));
  }

  void StartModel(model::LoadedModel model) {
    auto pipeline =
        BatchingPipeline::Create(std::move(model), options_, clock_, observer_);
    ASSERT_THAT(pipeline, IsOk());
    pipeline_ = *std::move(pipeline);
  }

  // Pictures with these first values, in one call.
  std::shared_ptr<PendingCall> EncodeImages(const std::vector<float>& firsts,
                                            CallOptions options = {}) {
    std::vector<PipelineItem> items;
    for (const float first : firsts) {
      pixels_.push_back(FakePixels(first));
      items.push_back(NormalizedPixels{pixels_.back()});
    }
    return Encode(std::move(items), std::move(options));
  }

  std::shared_ptr<PendingCall> Encode(std::vector<PipelineItem> items,
                                      CallOptions options = {}) {
    auto call = std::make_shared<PendingCall>();
    pipeline_->Encode(std::move(items), std::move(options), call->Done());
    return call;
  }

  // Stops the device: one picture is inside the forward pass.
  std::shared_ptr<PendingCall> OccupyDevice() {
    encoder_->CloseGate();
    auto call = EncodeImages({1});
    encoder_->AwaitAtGate(1);
    return call;
  }

  // A picture of bulk work that waits for room.
  class WaitingCall {
   public:
    explicit WaitingCall(BatchingPipelineTest& test, CallOptions options = {})
        : cancellation_(std::make_shared<Cancellation>()),
          was_admitted_(std::make_shared<std::atomic<bool>>(false)) {
      options.priority = batching::Priority::kBulk;
      options.cancellation = cancellation_;
      options.on_admitted = [flag = was_admitted_] { flag->store(true); };
      call_ = test.EncodeImages({5}, std::move(options));
    }
    bool was_admitted() const { return was_admitted_->load(); }
    void Cancel() { cancellation_->Cancel(); }
    CallResult Await() { return call_->Await(); }

   private:
    std::shared_ptr<Cancellation> cancellation_;
    std::shared_ptr<std::atomic<bool>> was_admitted_;
    std::shared_ptr<PendingCall> call_;
  };

  // A call whose two rows stand at the gates of two devices.
  std::shared_ptr<PendingCall> OccupyBothDevices() {
    encoder_->CloseGate();
    second_->CloseGate();
    auto call = EncodeImages({1, 2});
    encoder_->AwaitAtGate(1);
    second_->AwaitAtGate(1);
    return call;
  }

  FakeClock clock_;
  RecordingObserver observer_;
  BatchingPipelineOptions options_;
  std::deque<std::string> pixels_;
  std::unique_ptr<BatchingPipeline> pipeline_;
  FakeEncoder* encoder_ = nullptr;
  // Of the second device, where there is one.
  FakeEncoder* second_ = nullptr;
};

TEST_F(BatchingPipelineTest, AnswersInRequestOrder) {
  Start();
  const CallResult result = EncodeImages({3, 1, 2})->Await();
  ASSERT_THAT(result.status, IsOk());
  ASSERT_EQ(result.items.size(), 3U);
  EXPECT_THAT(result.items[0].embedding, ElementsAre(3, 0, 3, 12));
  EXPECT_THAT(result.items[1].embedding, ElementsAre(1, 0, 1, 12));
  EXPECT_THAT(result.items[2].embedding, ElementsAre(2, 0, 2, 12));
  EXPECT_EQ(result.failed_item, -1);
}

TEST_F(BatchingPipelineTest, MixesPicturesAndTextsInOneCall) {
  Start();
  pixels_.push_back(FakePixels(9));
  const CallResult result =
      Encode({TextString{"abc"}, NormalizedPixels{pixels_.back()},
              TextString{"abcabcabcabc"}})
          ->Await();
  ASSERT_THAT(result.status, IsOk());
  EXPECT_EQ(result.items[0].token_count, 3);
  EXPECT_EQ(result.items[0].embedding[0], 1);
  EXPECT_EQ(result.items[1].embedding[0], 9);
  EXPECT_TRUE(result.items[2].truncated);
  EXPECT_EQ(observer_.preprocessed(Lane::kImage), 1);
  EXPECT_EQ(observer_.preprocessed(Lane::kText), 2);
}

TEST_F(BatchingPipelineTest, ABadItemFailsTheCallBeforeTheModelRuns) {
  Start();
  pixels_.push_back(FakePixels(1));
  const CallResult result =
      Encode({NormalizedPixels{pixels_.back()}, EncodedImage{"no picture"},
              TextString{"\xff"}})
          ->Await();
  EXPECT_THAT(result.status, StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_EQ(result.failed_item, 1);
  EXPECT_TRUE(result.items.empty());
  EXPECT_TRUE(encoder_->image_batches().empty());
  EXPECT_EQ(observer_.rejected(RejectReason::kInvalid), 1);
}

TEST_F(BatchingPipelineTest, NamesTheFirstOfSeveralBadItems) {
  options_.decode_threads = 4;
  Start();
  for (int round = 0; round < 50; ++round) {
    std::vector<PipelineItem> items(20, TextString{"abc"});
    for (size_t bad = 7; bad < items.size(); ++bad) {
      items[bad] = TextString{"\xff"};
    }
    EXPECT_EQ(Encode(std::move(items))->Await().failed_item, 7);
  }
}

TEST_F(BatchingPipelineTest, RefusesACallWithoutItems) {
  Start();
  EXPECT_THAT(Encode({})->Await().status,
              StatusIs(absl::StatusCode::kInvalidArgument));
}

TEST_F(BatchingPipelineTest, BatchesTheItemsOfConcurrentCallers) {
  Start();
  const auto first = OccupyDevice();
  std::vector<std::shared_ptr<PendingCall>> calls(64);
  std::vector<std::thread> callers;
  batching::Mutex mutex;
  for (int i = 0; i < 64; ++i) {
    const std::string& pixels =
        pixels_.emplace_back(FakePixels(static_cast<float>(i)));
    callers.emplace_back([&, i] {
      auto call = Encode({NormalizedPixels{pixels}});
      batching::MutexLock lock(mutex);
      calls[i] = std::move(call);
    });
  }
  for (std::thread& caller : callers) caller.join();
  observer_.AwaitQueued(64);
  encoder_->OpenGate();
  for (int i = 0; i < 64; ++i) {
    const CallResult result = calls[i]->Await();
    ASSERT_THAT(result.status, IsOk());
    EXPECT_EQ(result.items[0].embedding[0], static_cast<float>(i));
  }
  EXPECT_THAT(encoder_->image_batches(), ElementsAre(1, 16, 16, 16, 16));
}

// Callers that send one picture after the other fill batches by themselves,
// without any delay: while a batch runs, the answered ones come back.
TEST_F(BatchingPipelineTest, ClosedLoopCallersFormLargeBatches) {
  constexpr int kCallers = 64;
  constexpr int kCallsEach = 10;
  constexpr int kGatedPasses = 10;
  options_.max_batch_size = 32;
  Start();
  const auto first = OccupyDevice();
  for (int i = 0; i < kCallers; ++i) {
    pixels_.push_back(FakePixels(static_cast<float>(i)));
  }
  std::vector<std::thread> callers;
  callers.reserve(kCallers);
  std::atomic<int> good{0};
  for (int i = 0; i < kCallers; ++i) {
    callers.emplace_back([&, i] {
      for (int k = 0; k < kCallsEach; ++k) {
        const CallResult result =
            Encode({NormalizedPixels{pixels_[i + 1]}})->Await();
        if (result.status.ok() &&
            result.items[0].embedding[0] == static_cast<float>(i)) {
          ++good;
        }
      }
    });
  }
  observer_.AwaitQueued(kCallers);
  for (int pass = 1; pass <= kGatedPasses; ++pass) {
    encoder_->LetPass(1);
    encoder_->AwaitImagePasses(1 + pass);
    observer_.AwaitQueued(kCallers - 32);
  }
  const std::vector<int> batches = encoder_->image_batches();
  EXPECT_GT(std::accumulate(batches.begin(), batches.end(), 0),
            8 * static_cast<int>(batches.size()));
  encoder_->OpenGate();
  for (std::thread& caller : callers) caller.join();
  EXPECT_EQ(good.load(), kCallers * kCallsEach);
}

TEST_F(BatchingPipelineTest, OnlyTheCallWithThePoisonItemFails) {
  Start();
  encoder_->set_fault([](const std::vector<float>& firsts) {
    return std::count(firsts.begin(), firsts.end(), kPoison) > 0
               ? absl::InternalError("poison")
               : absl::OkStatus();
  });
  const auto first = OccupyDevice();
  const auto good = EncodeImages({10, 11});
  const auto bad = EncodeImages({20, kPoison});
  const auto late = EncodeImages({30});
  observer_.AwaitQueued(5);
  encoder_->OpenGate();
  EXPECT_THAT(good->Await().status, IsOk());
  EXPECT_THAT(late->Await().status, IsOk());
  const CallResult result = bad->Await();
  EXPECT_THAT(result.status, StatusIs(absl::StatusCode::kInternal));
  EXPECT_EQ(result.failed_item, 1);
  EXPECT_EQ(pipeline_->consecutive_failed_batches(), 0);
}

TEST_F(BatchingPipelineTest, SurvivesAnEncoderThatThrows) {
  Start();
  std::atomic<bool> broken{true};
  encoder_->set_fault([&](const std::vector<float>&) -> absl::Status {
    if (broken) throw std::runtime_error("broken");
    return absl::OkStatus();
  });
  for (int i = 1; i <= 3; ++i) {
    EXPECT_THAT(EncodeImages({1})->Await().status,
                StatusIs(absl::StatusCode::kInternal));
  }
  EXPECT_GE(pipeline_->consecutive_failed_batches(), 2);
  broken = false;
  EXPECT_THAT(EncodeImages({1})->Await().status, IsOk());
}

TEST_F(BatchingPipelineTest, PoisonItemsAloneDoNotMakeTheModelLookBroken) {
  Start();
  encoder_->set_fault([](const std::vector<float>& firsts) {
    return firsts.front() == kPoison ? absl::InternalError("poison")
                                     : absl::OkStatus();
  });
  for (int i = 0; i < 20; ++i) {
    EXPECT_THAT(EncodeImages({kPoison})->Await().status,
                StatusIs(absl::StatusCode::kInternal));
    EXPECT_EQ(pipeline_->consecutive_failed_batches(), 0);
  }
}

TEST_F(BatchingPipelineTest, DoesNotComputeItemsThatExpireInTheQueue) {
  Start();
  const auto first = OccupyDevice();
  CallOptions options;
  options.deadline = clock_.Now() + absl::Milliseconds(10);
  const auto expiring = EncodeImages({2}, options);
  observer_.AwaitQueued(1);
  clock_.Advance(absl::Milliseconds(10));
  encoder_->OpenGate();
  EXPECT_THAT(expiring->Await().status,
              StatusIs(absl::StatusCode::kDeadlineExceeded));
  EXPECT_THAT(encoder_->image_batches(), ElementsAre(1));
}

TEST_F(BatchingPipelineTest, DoesNotComputeItemsThatAreCancelledInTheQueue) {
  Start();
  const auto first = OccupyDevice();
  CallOptions options;
  options.cancellation = std::make_shared<Cancellation>();
  const auto cancelled = EncodeImages({2, 3}, options);
  observer_.AwaitQueued(2);
  options.cancellation->Cancel();
  encoder_->OpenGate();
  EXPECT_THAT(cancelled->Await().status,
              StatusIs(absl::StatusCode::kCancelled));
  EXPECT_THAT(encoder_->image_batches(), ElementsAre(1));
}

TEST_F(BatchingPipelineTest, RefusesDeadCallsAtOnce) {
  Start();
  CallOptions expired;
  expired.deadline = clock_.Now();
  EXPECT_THAT(EncodeImages({1}, expired)->Await().status,
              StatusIs(absl::StatusCode::kDeadlineExceeded));
  CallOptions cancelled;
  cancelled.cancellation = std::make_shared<Cancellation>();
  cancelled.cancellation->Cancel();
  EXPECT_THAT(EncodeImages({1}, cancelled)->Await().status,
              StatusIs(absl::StatusCode::kCancelled));
  EXPECT_EQ(observer_.rejected(RejectReason::kDeadline), 1);
  EXPECT_EQ(observer_.rejected(RejectReason::kCancelled), 1);
  EXPECT_TRUE(encoder_->image_batches().empty());
}

TEST_F(BatchingPipelineTest, RefusesWhatDoesNotFitAndTakesItLater) {
  options_.admission.max_queue_items = 3;
  Start();
  const auto first = OccupyDevice();
  const auto second = EncodeImages({2, 3});
  const CallResult refused = EncodeImages({4})->Await();
  EXPECT_THAT(refused.status, StatusIs(absl::StatusCode::kResourceExhausted));
  EXPECT_GT(refused.retry_after, absl::ZeroDuration());
  EXPECT_EQ(observer_.rejected(RejectReason::kQueueFull), 1);
  encoder_->OpenGate();
  EXPECT_THAT(first->Await().status, IsOk());
  EXPECT_THAT(second->Await().status, IsOk());
  EXPECT_THAT(EncodeImages({4})->Await().status, IsOk());
}

TEST_F(BatchingPipelineTest, ACallThatWaitsForRoomIsLetInWhenThereIsSome) {
  options_.admission.max_queue_items = 2;  // One for bulk work.
  Start();
  const auto first = OccupyDevice();
  WaitingCall running(*this);
  EXPECT_TRUE(running.was_admitted());
  WaitingCall second(*this);
  WaitingCall third(*this);
  EXPECT_FALSE(second.was_admitted());
  EXPECT_EQ(observer_.rejected(RejectReason::kQueueFull), 0);
  encoder_->OpenGate();
  EXPECT_THAT(third.Await().status, IsOk());
  EXPECT_TRUE(third.was_admitted());
  EXPECT_THAT(second.Await().status, IsOk());
  EXPECT_THAT(running.Await().status, IsOk());
}

TEST_F(BatchingPipelineTest, ACallThatWaitsForRoomWaitsLongerThanACallMay) {
  options_.admission.max_queue_delay = absl::Seconds(1);
  Start();
  ASSERT_THAT(pipeline_->WarmUp(), IsOk());
  encoder_->CloseGate();
  const auto first = EncodeImages({1});
  encoder_->AwaitAtGate(1);
  // The batch is overdue by ten minutes: more than a call may wait.
  clock_.Advance(absl::Minutes(10));
  EXPECT_THAT(EncodeImages({3})->Await().status,
              StatusIs(absl::StatusCode::kResourceExhausted));
  WaitingCall waiting(*this);
  EXPECT_FALSE(waiting.was_admitted());
  encoder_->OpenGate();
  EXPECT_THAT(waiting.Await().status, IsOk());
}

TEST_F(BatchingPipelineTest, ACallThatWaitsForRoomEndsWithItsCaller) {
  options_.admission.max_queue_items = 2;
  Start();
  const auto first = OccupyDevice();
  WaitingCall running(*this);
  WaitingCall cancelled(*this);
  cancelled.Cancel();
  CallOptions expiring;
  expiring.deadline = clock_.Now() + absl::Seconds(1);
  WaitingCall expired(*this, expiring);
  clock_.Advance(absl::Seconds(1));
  encoder_->OpenGate();
  EXPECT_THAT(cancelled.Await().status, StatusIs(absl::StatusCode::kCancelled));
  EXPECT_THAT(expired.Await().status,
              StatusIs(absl::StatusCode::kDeadlineExceeded));
  EXPECT_FALSE(cancelled.was_admitted());
  EXPECT_FALSE(expired.was_admitted());
}

TEST_F(BatchingPipelineTest, DrainFinishesTheCallsThatWaitForRoom) {
  options_.admission.max_queue_items = 2;
  Start();
  const auto first = OccupyDevice();
  WaitingCall running(*this);
  WaitingCall waiting(*this);
  std::thread drainer(
      [&] { EXPECT_THAT(pipeline_->Drain(absl::InfiniteFuture()), IsOk()); });
  clock_.AwaitWaiters(1);
  encoder_->OpenGate();
  drainer.join();
  EXPECT_THAT(waiting.Await().status, IsOk());
}

TEST_F(BatchingPipelineTest, DrainRefusesTheCallsThatStillWaitAtItsDeadline) {
  options_.admission.max_queue_items = 2;
  Start();
  const auto first = OccupyDevice();
  WaitingCall running(*this);
  WaitingCall waiting(*this);
  EXPECT_THAT(pipeline_->Drain(clock_.Now()),
              StatusIs(absl::StatusCode::kDeadlineExceeded));
  EXPECT_THAT(waiting.Await().status, StatusIs(absl::StatusCode::kUnavailable));
  EXPECT_FALSE(waiting.was_admitted());
}

TEST_F(BatchingPipelineTest, RefusesACallThatCanNeverFit) {
  options_.admission.max_queue_items = 3;
  Start();
  EXPECT_THAT(
      EncodeImages({1, 2, 3, 4})->Await().status,
      StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("at most 3")));
}

TEST_F(BatchingPipelineTest, AFinishedCallMakesRoomBeforeItIsAnswered) {
  options_.admission.max_queue_items = 1;
  Start();
  for (int i = 0; i < 200; ++i) {
    ASSERT_THAT(EncodeImages({1})->Await().status, IsOk());
  }
}

TEST_F(BatchingPipelineTest, DrainFinishesWhatWasAccepted) {
  Start();
  const auto first = OccupyDevice();
  const auto second = EncodeImages({2, 3, 4});
  std::thread drainer([&] {
    EXPECT_THAT(pipeline_->Drain(clock_.Now() + absl::Hours(1)), IsOk());
  });
  clock_.AwaitWaiters(1);
  EXPECT_THAT(EncodeImages({5})->Await().status,
              StatusIs(absl::StatusCode::kUnavailable));
  encoder_->OpenGate();
  drainer.join();
  EXPECT_EQ(first->completions(), 1);
  EXPECT_THAT(second->Await().status, IsOk());
  EXPECT_EQ(observer_.rejected(RejectReason::kDraining), 1);
}

TEST_F(BatchingPipelineTest, DrainGivesUpAtItsDeadline) {
  Start();
  const auto running = OccupyDevice();
  const auto waiting = EncodeImages({2});
  observer_.AwaitQueued(1);
  std::thread drainer([&] {
    EXPECT_THAT(pipeline_->Drain(clock_.Now() + absl::Seconds(5)),
                StatusIs(absl::StatusCode::kDeadlineExceeded));
  });
  clock_.AwaitWaiters(1);
  clock_.Advance(absl::Seconds(5));
  drainer.join();
  EXPECT_THAT(waiting->Await().status,
              StatusIs(absl::StatusCode::kUnavailable));
  EXPECT_EQ(running->completions(), 0);
  encoder_->OpenGate();
  EXPECT_THAT(running->Await().status, IsOk());
}

TEST_F(BatchingPipelineTest, DestructionAnswersEveryCall) {
  Start();
  const auto running = OccupyDevice();
  const auto waiting = EncodeImages({2});
  observer_.AwaitQueued(1);
  std::thread destroyer([&] { pipeline_.reset(); });
  EXPECT_THAT(waiting->Await().status,
              StatusIs(absl::StatusCode::kUnavailable));
  encoder_->OpenGate();
  destroyer.join();
  encoder_ = nullptr;
  EXPECT_EQ(running->completions(), 1);
}

TEST_F(BatchingPipelineTest, WarmUpRunsBatchesUpToAFullOneOfEachLane) {
  Start();
  EXPECT_THAT(pipeline_->WarmUp(), IsOk());
  EXPECT_THAT(encoder_->image_batches(), ElementsAre(1, 1, 8, 16));
  EXPECT_THAT(encoder_->text_batches(), ElementsAre(1, 1, 8, 16));
}

TEST_F(BatchingPipelineTest, WarmUpOfASlowModelEndsBeforeTheFullBatch) {
  Start();
  encoder_->set_fault([this](const std::vector<float>& rows) {
    clock_.Advance(absl::Milliseconds(100) * rows.size());
    return absl::OkStatus();
  });
  EXPECT_THAT(pipeline_->WarmUp(), IsOk());
  // A batch of 16 would take 1.6 s.
  EXPECT_THAT(encoder_->image_batches(), ElementsAre(1, 1, 8));
}

TEST_F(BatchingPipelineTest, WarmUpReportsAModelThatFails) {
  Start();
  encoder_->set_fault([](const std::vector<float>&) {
    return absl::InternalError("no kernel");
  });
  EXPECT_THAT(pipeline_->WarmUp(),
              StatusIs(absl::StatusCode::kInternal, HasSubstr("no kernel")));
}

TEST_F(BatchingPipelineTest, WarmUpReportsValuesThatAreNotFinite) {
  Start();
  encoder_->set_nan_marker(0);
  EXPECT_THAT(pipeline_->WarmUp(),
              StatusIs(absl::StatusCode::kInternal, HasSubstr("finite")));
}

TEST_F(BatchingPipelineTest, TellsAHungForwardPassFromAnIdlePipeline) {
  options_.stuck_after = absl::Seconds(30);
  Start();
  const absl::Time start = clock_.Now();
  EXPECT_EQ(pipeline_->last_progress(), start);
  clock_.Advance(absl::Hours(1));
  EXPECT_FALSE(pipeline_->IsStuck(clock_.Now()));
  const auto call = OccupyDevice();
  clock_.Advance(absl::Seconds(30));
  EXPECT_FALSE(pipeline_->IsStuck(clock_.Now()));
  clock_.Advance(absl::Seconds(1));
  EXPECT_TRUE(pipeline_->IsStuck(clock_.Now()));
  encoder_->OpenGate();
  EXPECT_THAT(pipeline_->Drain(absl::InfiniteFuture()), IsOk());
  EXPECT_THAT(call->Await().status, IsOk());
}

TEST_F(BatchingPipelineTest, TwoDevicesWorkAtTheSameTime) {
  StartTwo();
  const auto call = OccupyBothDevices();
  encoder_->OpenGate();
  second_->OpenGate();
  const CallResult result = call->Await();
  ASSERT_THAT(result.status, IsOk());
  EXPECT_EQ(result.items[0].embedding[0], 1);
  EXPECT_EQ(result.items[1].embedding[0], 2);
  EXPECT_THAT(encoder_->image_batches(), ElementsAre(1));
  EXPECT_THAT(second_->image_batches(), ElementsAre(1));
}

TEST_F(BatchingPipelineTest, AFreeDeviceDoesTheWorkOfABusyOne) {
  StartTwo();
  const auto held = OccupyBothDevices();
  second_->OpenGate();
  EXPECT_THAT(EncodeImages({3, 4, 5})->Await().status, IsOk());
  EXPECT_THAT(encoder_->image_batches(), ElementsAre(1));
  encoder_->OpenGate();
  EXPECT_THAT(held->Await().status, IsOk());
}

TEST_F(BatchingPipelineTest, DrainWaitsForEveryDevice) {
  StartTwo();
  const auto call = OccupyBothDevices();
  encoder_->OpenGate();
  std::thread opener([&] {
    // Draining has begun when new calls are refused.
    while (!absl::IsUnavailable(EncodeImages({3})->Await().status)) {
    }
    second_->OpenGate();
  });
  EXPECT_THAT(pipeline_->Drain(absl::InfiniteFuture()), IsOk());
  opener.join();
  EXPECT_THAT(call->Await().status, IsOk());
}

TEST_F(BatchingPipelineTest, AHungDeviceShowsBesideOneThatWorks) {
  // The batch of the device that hangs says how long batches may take.
  options_.admission.max_queue_delay = absl::InfiniteDuration();
  StartTwo();
  const auto held = OccupyBothDevices();
  encoder_->OpenGate();
  EXPECT_FALSE(pipeline_->IsStuck(clock_.Now()));
  clock_.Advance(options_.stuck_after + absl::Seconds(1));
  EXPECT_THAT(EncodeImages({2})->Await().status, IsOk());
  EXPECT_TRUE(pipeline_->IsStuck(clock_.Now()));
  second_->OpenGate();
  EXPECT_THAT(held->Await().status, IsOk());
}

TEST_F(BatchingPipelineTest, ABrokenDeviceShowsBesideOneThatWorks) {
  StartTwo();
  second_->set_fault(
      [](const auto&) { return absl::InternalError("the device is gone"); });
  while (pipeline_->consecutive_failed_batches() < 3) {
    EncodeImages({1, 2})->Await();
  }
  const auto held = OccupyBothDevices();
  encoder_->OpenGate();
  EXPECT_THAT(EncodeImages({3})->Await().status, IsOk());
  EXPECT_GE(pipeline_->consecutive_failed_batches(), 3);
  second_->OpenGate();
}

TEST_F(BatchingPipelineTest, CountsTheTimeOfEachDevice) {
  StartTwo();
  const auto call = OccupyBothDevices();
  clock_.Advance(absl::Milliseconds(5));
  encoder_->OpenGate();
  second_->OpenGate();
  EXPECT_THAT(call->Await().status, IsOk());
  pipeline_.reset();
  encoder_ = second_ = nullptr;
  EXPECT_EQ(observer_.used("cpu"), absl::Milliseconds(5));
  EXPECT_EQ(observer_.used("fake:1"), absl::Milliseconds(5));
}

TEST_F(BatchingPipelineTest, WarmUpReachesEveryDevice) {
  StartTwo();
  ASSERT_THAT(pipeline_->WarmUp(), IsOk());
  for (const FakeEncoder* encoder : {encoder_, second_}) {
    // The first of them is cold, and its time does not count.
    EXPECT_THAT(encoder->image_batches(), ElementsAre(1, 1));
    EXPECT_THAT(encoder->text_batches(), ElementsAre(1, 1));
  }
}

TEST_F(BatchingPipelineTest, WarmUpReportsTheDeviceThatFails) {
  StartTwo();
  second_->set_fault(
      [](const auto&) { return absl::InternalError("no kernel"); });
  EXPECT_THAT(pipeline_->WarmUp(),
              StatusIs(absl::StatusCode::kInternal, HasSubstr("no kernel")));
}

TEST_F(BatchingPipelineTest, WarmUpOfAGpuRunsEverySize) {
  model::ModelInfo info = clip::testing::FakeModelInfo();
  info.device = "cuda:0";
  auto encoder = std::make_unique<FakeEncoder>(info);
  encoder_ = encoder.get();
  StartModel(FakeModel(std::move(encoder)));
  ASSERT_THAT(pipeline_->WarmUp(), IsOk());
  // Two threads, so that one batch is copied while the other is computed; the
  // first batch of each is cold.
  EXPECT_THAT(encoder_->image_batches(),
              ElementsAre(1, 1, 1, 1, 2, 2, 4, 4, 8, 8, 16, 16));
}

TEST_F(BatchingPipelineTest, ReportsTheTimesOfTheCall) {
  Start();
  encoder_->set_fault([&](const std::vector<float>&) {
    clock_.Advance(absl::Milliseconds(20));
    return absl::OkStatus();
  });
  const auto first = OccupyDevice();
  const auto second = EncodeImages({2});
  observer_.AwaitQueued(1);
  clock_.Advance(absl::Milliseconds(5));
  encoder_->OpenGate();
  const CallTiming timing = second->Await().timing;
  EXPECT_EQ(timing.preprocess, absl::ZeroDuration());
  EXPECT_EQ(timing.queue, absl::Milliseconds(25));
  EXPECT_EQ(timing.forward, absl::Milliseconds(20));
}

TEST_F(BatchingPipelineTest, ATextDoesNotWaitForARowOfPictureBatches) {
  options_.max_batch_size = 2;
  Start();
  encoder_->set_fault([&](const std::vector<float>&) {
    clock_.Advance(absl::Milliseconds(100));
    return absl::OkStatus();
  });
  const auto first = OccupyDevice();
  const auto pictures = EncodeImages({1, 2, 3, 4, 5, 6, 7, 8});
  observer_.AwaitQueued(8);
  const auto text = Encode({TextString{"abc"}});
  observer_.AwaitQueued(9);
  encoder_->LetPass(1);
  encoder_->AwaitAtGate(1);
  encoder_->LetPass(1);
  EXPECT_THAT(text->Await().status, IsOk());
  EXPECT_EQ(pictures->completions(), 0);
}

TEST_F(BatchingPipelineTest, CreateNamesTheOptionThatMakesNoSense) {
  const auto create = [&](const BatchingPipelineOptions& options) {
    return BatchingPipeline::Create(FakeModel(), options, clock_, observer_)
        .status();
  };
  const auto invalid = absl::StatusCode::kInvalidArgument;
  BatchingPipelineOptions options;
  options.max_batch_size = 0;
  EXPECT_THAT(create(options), StatusIs(invalid, HasSubstr("max_batch_size")));
  options = {};
  options.max_batch_delay = -absl::Milliseconds(1);
  EXPECT_THAT(create(options), StatusIs(invalid, HasSubstr("max_batch_delay")));
  options = {};
  options.target_latency = -absl::Milliseconds(1);
  EXPECT_THAT(create(options), StatusIs(invalid, HasSubstr("target_latency")));
  options = {};
  options.executor_threads = -1;
  EXPECT_THAT(create(options),
              StatusIs(invalid, HasSubstr("executor_threads")));
  options = {};
  options.decode_threads = -1;
  EXPECT_THAT(create(options), StatusIs(invalid, HasSubstr("decode_threads")));
  options = {};
  options.admission.max_queue_items = 0;
  EXPECT_THAT(create(options), StatusIs(invalid, HasSubstr("max_queue_items")));
  options = {};
  options.admission.max_queue_delay = absl::ZeroDuration();
  EXPECT_THAT(create(options), StatusIs(invalid, HasSubstr("max_queue_delay")));
  EXPECT_THAT(
      BatchingPipeline::Create(model::LoadedModel(), {}, clock_, observer_),
      StatusIs(invalid));
}

}  // namespace
}  // namespace clip::server

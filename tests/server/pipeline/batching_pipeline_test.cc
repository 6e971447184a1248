#include "server/pipeline/batching_pipeline.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
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
#include "tests/server/pipeline/batching_pipeline_fixture.h"
#include "tests/testing/fake_model.h"
#include "tests/testing/pending_call.h"
#include "tests/testing/status_matchers.h"

namespace clip::server {
namespace {

using batching::Lane;
using clip::testing::FakeModel;
using clip::testing::FakePixels;
using clip::testing::IsOk;
using clip::testing::PendingCall;
using clip::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr float kPoison = 66;

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

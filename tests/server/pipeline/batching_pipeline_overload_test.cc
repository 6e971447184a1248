#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "server/admission/reject_reason.h"
#include "server/pipeline/batching_pipeline.h"
#include "tests/server/pipeline/batching_pipeline_fixture.h"
#include "tests/testing/status_matchers.h"

namespace clip::server {
namespace {

using clip::testing::IsOk;
using clip::testing::StatusIs;
using ::testing::HasSubstr;

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

TEST_F(BatchingPipelineTest, CountsAllOfTheMessageThatItsItemsLieIn) {
  options_.admission.max_inflight_bytes = 1000;
  Start();
  const auto first = OccupyDevice();
  CallOptions options;
  options.request_bytes = 1000;
  EXPECT_THAT(EncodeImages({2}, options)->Await().status,
              StatusIs(absl::StatusCode::kResourceExhausted));
  EXPECT_EQ(observer_.rejected(RejectReason::kBytes), 1);
  options.request_bytes = 100;
  const auto second = EncodeImages({2}, options);
  encoder_->OpenGate();
  EXPECT_THAT(first->Await().status, IsOk());
  EXPECT_THAT(second->Await().status, IsOk());
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

}  // namespace
}  // namespace clip::server

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "server/pipeline/batching_pipeline.h"
#include "tests/server/pipeline/batching_pipeline_fixture.h"
#include "tests/testing/status_matchers.h"

namespace clip::server {
namespace {

using clip::testing::IsOk;
using ::testing::ElementsAre;

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

}  // namespace
}  // namespace clip::server

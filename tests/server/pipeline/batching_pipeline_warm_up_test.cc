#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "server/pipeline/batching_pipeline.h"
#include "tests/server/pipeline/batching_pipeline_fixture.h"
#include "tests/testing/fake_encoder.h"
#include "tests/testing/fake_model.h"
#include "tests/testing/status_matchers.h"

namespace clip::server {
namespace {

using clip::testing::FakeEncoder;
using clip::testing::FakeModel;
using clip::testing::IsOk;
using clip::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

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

}  // namespace
}  // namespace clip::server

// What the tests of BatchingPipeline share.
#ifndef TESTS_SERVER_PIPELINE_BATCHING_PIPELINE_FIXTURE_H_
#define TESTS_SERVER_PIPELINE_BATCHING_PIPELINE_FIXTURE_H_

#include <gtest/gtest.h>

#include <atomic>
#include <deque>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "server/batching/lane.h"
#include "server/pipeline/batching_pipeline.h"
#include "tests/server/pipeline/recording_observer.h"
#include "tests/testing/fake_clock.h"
#include "tests/testing/fake_encoder.h"
#include "tests/testing/fake_model.h"
#include "tests/testing/pending_call.h"
#include "tests/testing/status_matchers.h"

namespace clip::server {

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
    auto encoder = std::make_unique<clip::testing::FakeEncoder>();
    encoder_ = encoder.get();
    StartModel(clip::testing::FakeModel(std::move(encoder)));
  }

  // A model on two devices, which take rows one by one.
  void StartTwo() {
    options_.max_batch_size = 1;
    model::LoadedModel model = clip::testing::FakeModel();
    encoder_ = static_cast<clip::testing::FakeEncoder*>(model.encoder.get());
    model::ModelInfo info = clip::testing::FakeModelInfo();
    info.device = "fake:1";
    auto second = std::make_unique<clip::testing::FakeEncoder>(info);
    second_ = second.get();
    model.replicas.push_back(std::move(second));
    StartModel(std::move(model));
  }

  void StartModel(model::LoadedModel model) {
    auto pipeline =
        BatchingPipeline::Create(std::move(model), options_, clock_, observer_);
    ASSERT_THAT(pipeline, clip::testing::IsOk());
    pipeline_ = *std::move(pipeline);
  }

  // Pictures with these first values, in one call.
  std::shared_ptr<clip::testing::PendingCall> EncodeImages(
      const std::vector<float>& firsts, CallOptions options = {}) {
    std::vector<PipelineItem> items;
    for (const float first : firsts) {
      pixels_.push_back(clip::testing::FakePixels(first));
      items.push_back(NormalizedPixels{pixels_.back()});
    }
    return Encode(std::move(items), std::move(options));
  }

  std::shared_ptr<clip::testing::PendingCall> Encode(
      std::vector<PipelineItem> items, CallOptions options = {}) {
    auto call = std::make_shared<clip::testing::PendingCall>();
    pipeline_->Encode(std::move(items), std::move(options), call->Done());
    return call;
  }

  // Stops the device: one picture is inside the forward pass.
  std::shared_ptr<clip::testing::PendingCall> OccupyDevice() {
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
    std::shared_ptr<clip::testing::PendingCall> call_;
  };

  // A call whose two rows stand at the gates of two devices.
  std::shared_ptr<clip::testing::PendingCall> OccupyBothDevices() {
    encoder_->CloseGate();
    second_->CloseGate();
    auto call = EncodeImages({1, 2});
    encoder_->AwaitAtGate(1);
    second_->AwaitAtGate(1);
    return call;
  }

  clip::testing::FakeClock clock_;
  RecordingObserver observer_;
  BatchingPipelineOptions options_;
  std::deque<std::string> pixels_;
  std::unique_ptr<BatchingPipeline> pipeline_;
  clip::testing::FakeEncoder* encoder_ = nullptr;
  // Of the second device, where there is one.
  clip::testing::FakeEncoder* second_ = nullptr;
};

}  // namespace clip::server

#endif  // TESTS_SERVER_PIPELINE_BATCHING_PIPELINE_FIXTURE_H_

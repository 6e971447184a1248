// Many callers at once: batches, overload, deadlines and callers that leave.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <numeric>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "absl/time/clock.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "tests/integration/server_fixture.h"

namespace clip::testing {
namespace {

using ::testing::Each;
using ::testing::Le;

constexpr char kImageQueue[] = "clip_queue_items{tower=\"image\"}";

class LoadTest : public ServerFixture {
 protected:
  // Starts the server and holds one call at the model, so that others wait.
  void StartHeld() {
    StartServer();
    Hold();
  }

  void Hold() {
    earlier_batches_ = encoder().image_batches().size();
    encoder().CloseGate();
    held_ = std::make_unique<PendingCall>(stub(), ImageRequest(1));
    encoder().AwaitAtGate(1);
  }

  void Release() {
    encoder().OpenGate();
    EXPECT_TRUE(held_->status().ok());
  }

  void TearDown() override {
    if (held_ != nullptr) encoder().OpenGate();
    held_.reset();
  }

  // Sizes of the batches behind the one that is held.
  std::vector<int> LaterBatches() {
    std::vector<int> batches = encoder().image_batches();
    batches.erase(batches.begin(), batches.begin() + earlier_batches_ + 1);
    return batches;
  }

 private:
  size_t earlier_batches_ = 0;
  std::unique_ptr<PendingCall> held_;
};

TEST_F(LoadTest, SixtyFourCallersFormBatchesAndEachGetsItsOwnRow) {
  StartHeld();
  std::vector<std::unique_ptr<PendingCall>> calls;
  for (int i = 0; i < 64; ++i) {
    calls.push_back(std::make_unique<PendingCall>(stub(), ImageRequest(i)));
  }
  AwaitMetric(kImageQueue, 64);
  Release();
  for (int i = 0; i < 64; ++i) {
    ASSERT_TRUE(calls[i]->status().ok()) << calls[i]->status().error_message();
    EXPECT_EQ(calls[i]->response().embeddings(0).values(0), i);
  }
  const std::vector<int> batches = LaterBatches();
  EXPECT_EQ(std::accumulate(batches.begin(), batches.end(), 0), 64);
  EXPECT_LE(batches.size(), 64 / 8U);
  EXPECT_THAT(batches, Each(Le(config().pipeline.max_batch_size)));
}

TEST_F(LoadTest, AFullQueueRefusesAndSaysWhenToRetry) {
  config().pipeline.admission.max_queue_items = 4;
  StartHeld();
  std::vector<std::unique_ptr<PendingCall>> accepted;
  for (int i = 0; i < 3; ++i) {
    accepted.push_back(std::make_unique<PendingCall>(stub(), ImageRequest(i)));
  }
  AwaitMetric(kImageQueue, 3);
  PendingCall refused(stub(), ImageRequest(9));
  EXPECT_EQ(refused.status().error_code(),
            grpc::StatusCode::RESOURCE_EXHAUSTED);
  google::rpc::Status details;
  google::rpc::RetryInfo retry_info;
  ASSERT_TRUE(details.ParseFromString(refused.status().error_details()));
  ASSERT_EQ(details.details_size(), 1);
  EXPECT_TRUE(details.details(0).UnpackTo(&retry_info));
  EXPECT_EQ(refused.context().GetServerTrailingMetadata().count(
                "grpc-retry-pushback-ms"),
            1U);
  EXPECT_EQ(Metric("clip_rejected_total{reason=\"queue_full\"}"), 1.0);
  Release();
  for (const auto& call : accepted) EXPECT_TRUE(call->status().ok());
}

TEST_F(LoadTest, ACallOfMoreItemsThanTheQueueHoldsIsInvalid) {
  config().pipeline.admission.max_queue_items = 4;
  StartServer();
  v1::EncodeImageRequest request = ImageRequest(0);
  for (int i = 0; i < 4; ++i) *request.add_images() = PixelsOf(i);
  PendingCall call(stub(), request);
  EXPECT_EQ(call.status().error_code(), grpc::StatusCode::INVALID_ARGUMENT);
}

TEST_F(LoadTest, ACallWhoseDeadlinePassesInTheQueueIsNotComputed) {
  StartServer();
  grpc::StatusCode code = grpc::StatusCode::OK;
  grpc::StatusCode text_code = grpc::StatusCode::OK;
  // On a machine that is held up, the batch may be so overdue that a call is
  // refused at once, and the test tries again.
  do {
    Hold();
    code = PendingCall(stub(), ImageRequest(2),
                       absl::Now() + absl::Milliseconds(100))
               .status()
               .error_code();
    // The server counts the time left from the arrival of a call, so its
    // deadline is a little later. A text that waits in vain as well outlasts
    // it.
    v1::EncodeTextRequest text;
    text.add_texts("a");
    grpc::ClientContext context;
    context.set_deadline(
        absl::ToChronoTime(absl::Now() + absl::Milliseconds(500)));
    v1::EncodeTextResponse response;
    text_code = stub().EncodeText(&context, text, &response).error_code();
    Release();
  } while (code == grpc::StatusCode::RESOURCE_EXHAUSTED ||
           text_code == grpc::StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_EQ(code, grpc::StatusCode::DEADLINE_EXCEEDED);
  EXPECT_EQ(text_code, grpc::StatusCode::DEADLINE_EXCEEDED);
  EXPECT_TRUE(PendingCall(stub(), ImageRequest(3)).status().ok());
  EXPECT_THAT(LaterBatches(), ::testing::ElementsAre(1));
}

TEST_F(LoadTest, ACallWhoseCallerLeavesIsNotComputed) {
  StartServer();
  const size_t warm_up_batches = encoder().image_batches().size();
  const auto count = [this](const std::string& code) {
    return Metric("clip_requests_total{code=\"" + code +
                  "\",method=\"EncodeImage\"}");
  };
  // The news that a caller has left travel on their own: should a pass begin
  // before they arrive, the call is computed, and the test tries again.
  for (int attempt = 1; count("CANCELLED") == 0; ++attempt) {
    encoder().CloseGate();
    PendingCall held(stub(), ImageRequest(1));
    encoder().AwaitAtGate(1);
    PendingCall left(stub(), ImageRequest(2));
    AwaitMetric(kImageQueue, 1);
    left.Cancel();
    EXPECT_EQ(left.status().error_code(), grpc::StatusCode::CANCELLED);
    encoder().OpenGate();
    while (count("OK") + count("CANCELLED") < 2 * attempt) {
      std::this_thread::yield();
    }
  }
  const std::vector<int> batches = encoder().image_batches();
  EXPECT_EQ(
      std::accumulate(batches.begin() + warm_up_batches, batches.end(), 0),
      count("OK"));
  EXPECT_EQ(Metric(kImageQueue), 0.0);
}

TEST_F(LoadTest, AModelThatFailsIsInternalAndTheServerServesOn) {
  StartServer();
  encoder().set_fault([](const std::vector<float>& firsts) {
    const bool poisoned =
        std::find(firsts.begin(), firsts.end(), 13.0F) != firsts.end();
    if (poisoned) throw std::runtime_error("poison");
    return absl::OkStatus();
  });
  PendingCall bad(stub(), ImageRequest(13));
  EXPECT_EQ(bad.status().error_code(), grpc::StatusCode::INTERNAL);
  EXPECT_EQ(bad.status().error_message().find("poison"), std::string::npos);
  EXPECT_NE(bad.status().error_message().find("request id"), std::string::npos);
  EXPECT_TRUE(PendingCall(stub(), ImageRequest(14)).status().ok());
}

}  // namespace
}  // namespace clip::testing

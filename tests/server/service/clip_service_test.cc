// What ClipService answers; its errors and label sets have tests of their own.
#include "server/service/clip_service.h"

#include <gmock/gmock.h>
#include <grpcpp/client_context.h>
#include <gtest/gtest.h>

#include <future>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "absl/time/clock.h"
#include "clip/v1/clip.grpc.pb.h"
#include "tests/server/service/clip_service_fixture.h"
#include "tests/testing/fake_pipeline.h"

namespace clip::server {
namespace {

using ::clip::testing::AnswerWith;
using ::clip::testing::FailWith;
using ::testing::ElementsAre;
using ::testing::FloatEq;
using ::testing::HasSubstr;

using ClipServiceTest = ClipServiceFixture;

TEST_F(ClipServiceTest, EncodesPictures) {
  ASSERT_TRUE(EncodeImage(OneImage()).ok());
  ASSERT_EQ(image_response_.embeddings_size(), 1);
  EXPECT_THAT(image_response_.embeddings(0).values(),
              ElementsAre(FloatEq(0.6F), FloatEq(0.8F)));
  EXPECT_EQ(image_response_.model().name(), "test");
  EXPECT_GT(image_response_.timing().total_seconds(), 0.0);
}

TEST_F(ClipServiceTest, ReadsThePriorityFromTheMetadata) {
  std::optional<batching::Priority> seen;
  pipeline_.set_handler(
      [&seen](const auto& items, const CallOptions& options, const auto& done) {
        seen = options.priority;
        AnswerWith({3.0F, 4.0F})(items, options, done);
      });
  ASSERT_TRUE(EncodeImage(OneImage()).ok());
  EXPECT_EQ(seen, batching::Priority::kInteractive);
  grpc::ClientContext bulk;
  bulk.AddMetadata("x-clip-priority", "bulk");
  ASSERT_TRUE(stub().EncodeImage(&bulk, OneImage(), &image_response_).ok());
  EXPECT_EQ(seen, batching::Priority::kBulk);
  seen.reset();
  for (const char* value : {"", "BULK", "7"}) {
    grpc::ClientContext unknown;
    unknown.AddMetadata("x-clip-priority", value);
    const grpc::Status status =
        stub().EncodeImage(&unknown, OneImage(), &image_response_);
    EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
    EXPECT_THAT(status.error_message(), HasSubstr("x-clip-priority"));
  }
  EXPECT_FALSE(seen.has_value());
}

TEST_F(ClipServiceTest, PassesTheSizeOfTheMessageOn) {
  size_t seen = 0;
  pipeline_.set_handler(
      [&seen](const auto& items, const CallOptions& options, const auto& done) {
        seen = options.request_bytes;
        AnswerWith({3.0F, 4.0F})(items, options, done);
      });
  const v1::EncodeImageRequest request = OneImage();
  ASSERT_TRUE(EncodeImage(request).ok());
  EXPECT_EQ(seen, request.ByteSizeLong());
}

TEST_F(ClipServiceTest, EncodesTexts) {
  v1::EncodeTextRequest request;
  request.add_texts("a");
  request.add_texts("b");
  v1::EncodeTextResponse response;
  ASSERT_TRUE(stub().EncodeText(&context_, request, &response).ok());
  EXPECT_EQ(response.embeddings_size(), 2);
  EXPECT_THAT(response.token_count(), ElementsAre(3, 3));
}

TEST_F(ClipServiceTest, ScoresPicturesAgainstTexts) {
  v1::SimilarityRequest request;
  request.add_images()->set_encoded("file");
  request.add_texts("a");
  v1::SimilarityResponse response;
  ASSERT_TRUE(stub().Similarity(&context_, request, &response).ok());
  EXPECT_THAT(response.logits(), ElementsAre(FloatEq(10.0F)));
  EXPECT_THAT(response.probabilities(), ElementsAre(FloatEq(1.0F)));
}

TEST_F(ClipServiceTest, ScoresTheCallersEmbeddingsWithoutTheModel) {
  pipeline_.set_handler(FailWith(absl::InternalError("was called")));
  v1::SimilarityRequest request;
  request.add_image_embeddings()->mutable_values()->Add(1.0F);
  request.mutable_image_embeddings(0)->add_values(0.0F);
  *request.add_text_embeddings() = request.image_embeddings(0);
  v1::SimilarityResponse response;
  ASSERT_TRUE(stub().Similarity(&context_, request, &response).ok());
  EXPECT_THAT(response.logits(), ElementsAre(FloatEq(10.0F)));
}

TEST_F(ClipServiceTest, ListsAndDescribesModels) {
  v1::ListModelsResponse list;
  ASSERT_TRUE(
      stub().ListModels(&context_, v1::ListModelsRequest(), &list).ok());
  ASSERT_EQ(list.models_size(), 1);
  EXPECT_EQ(list.models(0).name(), "test");
  grpc::ClientContext context;
  v1::GetModelResponse model;
  ASSERT_TRUE(stub().GetModel(&context, v1::GetModelRequest(), &model).ok());
  EXPECT_EQ(model.model().embed_dim(), 2U);
}

TEST_F(ClipServiceTest, PassesTheDeadlineOn) {
  std::promise<absl::Time> seen;
  pipeline_.set_handler([&seen](const std::vector<PipelineItem>& items,
                                const CallOptions& options,
                                const EmbeddingPipeline::Done& done) {
    seen.set_value(options.deadline);
    AnswerWith({1.0F, 0.0F})(items, options, done);
  });
  const absl::Time deadline = absl::Now() + absl::Hours(1);
  context_.set_deadline(absl::ToChronoTime(deadline));
  ASSERT_TRUE(EncodeImage(OneImage()).ok());
  // The wire carries a timeout, rounded and shortened by the way.
  EXPECT_LT(absl::AbsDuration(seen.get_future().get() - deadline),
            absl::Minutes(1));
}

TEST_F(ClipServiceTest, NoDeadlineIsInfinite) {
  std::promise<absl::Time> seen;
  pipeline_.set_handler([&seen](const std::vector<PipelineItem>& items,
                                const CallOptions& options,
                                const EmbeddingPipeline::Done& done) {
    seen.set_value(options.deadline);
    AnswerWith({1.0F, 0.0F})(items, options, done);
  });
  ASSERT_TRUE(EncodeImage(OneImage()).ok());
  EXPECT_EQ(seen.get_future().get(), absl::InfiniteFuture());
}

TEST_F(ClipServiceTest, AClientThatLeavesCancelsItsItems) {
  std::promise<std::pair<CallOptions, EmbeddingPipeline::Done>> seen;
  pipeline_.set_handler([&seen](const std::vector<PipelineItem>&,
                                CallOptions options,
                                EmbeddingPipeline::Done done) {
    seen.set_value({std::move(options), std::move(done)});
  });
  std::promise<grpc::Status> finished;
  const v1::EncodeImageRequest request = OneImage();
  stub().async()->EncodeImage(
      &context_, &request, &image_response_,
      [&finished](grpc::Status status) { finished.set_value(status); });
  auto [options, done] = seen.get_future().get();
  EXPECT_FALSE(options.cancellation->IsCancelled());
  context_.TryCancel();
  EXPECT_EQ(finished.get_future().get().error_code(),
            grpc::StatusCode::CANCELLED);
  // gRPC's news of it arrive on a thread of its own.
  while (!options.cancellation->IsCancelled()) std::this_thread::yield();
  CallResult result;
  result.status = absl::CancelledError("the caller has gone");
  done(std::move(result));
  EXPECT_EQ(observer_.seen()[0].code, absl::StatusCode::kCancelled);
}

TEST_F(ClipServiceTest, EveryCallLeavesTheGate) {
  ASSERT_TRUE(EncodeImage(OneImage()).ok());
  EXPECT_TRUE(gate().WaitUntilIdle(absl::InfiniteFuture()));
}

}  // namespace
}  // namespace clip::server

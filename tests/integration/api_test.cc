// What a client gets for good calls: formats, scores, models, reflection and
// metrics.
#include <gmock/gmock.h>
#include <grpcpp/generic/generic_stub.h>
#include <gtest/gtest.h>

#include <cmath>
#include <memory>
#include <string>

#include "tests/integration/server_fixture.h"

namespace clip::testing {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::FloatNear;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

// The fake model's embedding of an even picture of 12 values v, as it comes:
// first, last, sum and number of values.
constexpr float kRows[] = {1.0F, 1.0F, 12.0F, 12.0F};

class ApiTest : public ServerFixture {
 protected:
  void SetUp() override { StartServer(); }

  v1::Embedding EncodeOne(const v1::EmbeddingOptions& options) {
    v1::EncodeImageRequest request = ImageRequest(1);
    *request.mutable_options() = options;
    grpc::ClientContext context;
    v1::EncodeImageResponse response;
    const grpc::Status status =
        stub().EncodeImage(&context, request, &response);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return response.embeddings_size() == 1 ? response.embeddings(0)
                                           : v1::Embedding();
  }
};

TEST_F(ApiTest, EmbeddingsAreNormalizedFloatsByDefault) {
  const float norm = std::sqrt(1.0F + 1.0F + 144.0F + 144.0F);
  EXPECT_THAT(EncodeOne(v1::EmbeddingOptions()).values(),
              ElementsAre(FloatNear(kRows[0] / norm, 1e-6F),
                          FloatNear(kRows[1] / norm, 1e-6F),
                          FloatNear(kRows[2] / norm, 1e-6F),
                          FloatNear(kRows[3] / norm, 1e-6F)));
}

TEST_F(ApiTest, DimensionsAreCutAndNormalizedAgain) {
  v1::EmbeddingOptions options;
  options.set_dimensions(2);
  const float half = std::sqrt(0.5F);
  EXPECT_THAT(EncodeOne(options).values(),
              ElementsAre(FloatNear(half, 1e-6F), FloatNear(half, 1e-6F)));
}

TEST_F(ApiTest, EveryFormatIsPackedAsTheApiSays) {
  const struct {
    v1::Format format;
    size_t bytes;
  } cases[] = {
      {v1::FLOAT16, 8}, {v1::BFLOAT16, 8}, {v1::INT8, 4}, {v1::BINARY, 1}};
  for (const auto& test_case : cases) {
    v1::EmbeddingOptions options;
    options.set_format(test_case.format);
    const v1::Embedding embedding = EncodeOne(options);
    EXPECT_THAT(embedding.values(), IsEmpty());
    EXPECT_THAT(embedding.packed(), SizeIs(test_case.bytes));
    EXPECT_EQ(embedding.format(), test_case.format);
  }
}

TEST_F(ApiTest, PicturesAndTextsOfOneCallComeBackInOrder) {
  v1::EncodeImageRequest request;
  request.mutable_options()->set_normalize(false);
  for (int i = 0; i < 50; ++i) *request.add_images() = PixelsOf(i);
  PendingCall call(stub(), request);
  ASSERT_TRUE(call.status().ok());
  for (int i = 0; i < 50; ++i) {
    EXPECT_EQ(call.response().embeddings(i).values(0), i);
  }
}

TEST_F(ApiTest, ATextAndItsTokensGiveTheSameEmbedding) {
  v1::EncodeTextRequest request;
  request.add_texts("abc");
  grpc::ClientContext text_context;
  v1::EncodeTextResponse of_text;
  ASSERT_TRUE(stub().EncodeText(&text_context, request, &of_text).ok());
  request.Clear();
  for (const int id : {1, 2, 3}) {
    if (request.token_ids().empty()) request.add_token_ids();
    request.mutable_token_ids(0)->add_ids(id);
  }
  grpc::ClientContext token_context;
  v1::EncodeTextResponse of_tokens;
  ASSERT_TRUE(stub().EncodeText(&token_context, request, &of_tokens).ok());
  EXPECT_EQ(of_text.embeddings(0).SerializeAsString(),
            of_tokens.embeddings(0).SerializeAsString());
}

TEST_F(ApiTest, SimilarityTakesAnyMixOfInputsAndEmbeddings) {
  v1::SimilarityRequest request;
  *request.add_images() = PixelsOf(1);
  request.add_texts("abc");
  request.add_texts("cba");
  grpc::ClientContext context;
  v1::SimilarityResponse encoded;
  ASSERT_TRUE(stub().Similarity(&context, request, &encoded).ok());
  EXPECT_EQ(encoded.rows(), 1U);
  EXPECT_EQ(encoded.columns(), 2U);
  EXPECT_NEAR(encoded.probabilities(0) + encoded.probabilities(1), 1.0F, 1e-6);

  request.clear_images();
  *request.add_image_embeddings() = EncodeOne(v1::EmbeddingOptions());
  grpc::ClientContext mixed_context;
  v1::SimilarityResponse mixed;
  ASSERT_TRUE(stub().Similarity(&mixed_context, request, &mixed).ok());
  EXPECT_THAT(mixed.logits(), ElementsAre(FloatNear(encoded.logits(0), 1e-5F),
                                          FloatNear(encoded.logits(1), 1e-5F)));
}

TEST_F(ApiTest, ListsTheModels) {
  grpc::ClientContext context;
  v1::ListModelsResponse response;
  ASSERT_TRUE(
      stub().ListModels(&context, v1::ListModelsRequest(), &response).ok());
  ASSERT_EQ(response.models_size(), 1);
  EXPECT_EQ(response.models(0).name(), "fake");
  EXPECT_EQ(response.models(0).context_length(), 8U);
}

TEST_F(ApiTest, ReflectionNamesTheServices) {
  grpc::GenericStub generic(channel());
  grpc::ClientContext context;
  grpc::CompletionQueue queue;
  void* tag = nullptr;
  bool ok = false;
  const auto call = generic.PrepareCall(
      &context,
      "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo", &queue);
  call->StartCall(nullptr);
  ASSERT_TRUE(queue.Next(&tag, &ok) && ok);
  // ServerReflectionRequest{list_services: "*"}.
  const grpc::Slice slice(std::string("\x3A\x01*"));
  call->Write(grpc::ByteBuffer(&slice, 1), nullptr);
  ASSERT_TRUE(queue.Next(&tag, &ok) && ok);
  grpc::ByteBuffer response;
  call->Read(&response, nullptr);
  ASSERT_TRUE(queue.Next(&tag, &ok) && ok);
  grpc::Slice answer;
  ASSERT_TRUE(response.DumpToSingleSlice(&answer).ok());
  const std::string text(reinterpret_cast<const char*>(answer.begin()),
                         answer.size());
  EXPECT_THAT(text, AllOf(HasSubstr("clip.v1.ClipService"),
                          HasSubstr("grpc.health.v1.Health")));
  context.TryCancel();
  grpc::Status status;
  call->Finish(&status, nullptr);
  ASSERT_TRUE(queue.Next(&tag, &ok));
  queue.Shutdown();
  while (queue.Next(&tag, &ok)) {
  }
}

TEST_F(ApiTest, MetricsCountWhatHappened) {
  EXPECT_TRUE(PendingCall(stub(), ImageRequest(1)).status().ok());
  EXPECT_FALSE(PendingCall(stub(), v1::EncodeImageRequest()).status().ok());
  EXPECT_EQ(Metric("clip_requests_total{code=\"OK\",method=\"EncodeImage\"}"),
            1.0);
  EXPECT_EQ(Metric("clip_requests_total{code=\"INVALID_ARGUMENT\","
                   "method=\"EncodeImage\"}"),
            1.0);
  EXPECT_EQ(Metric("clip_rejected_total{reason=\"invalid\"}"), 1.0);
  EXPECT_THAT(FetchMetrics(),
              AllOf(HasSubstr("clip_model_ready"), HasSubstr("clip_model_info"),
                    HasSubstr("clip_stage_duration_seconds"),
                    HasSubstr("clip_request_duration_seconds"),
                    HasSubstr("clip_batch_size"), HasSubstr("process_")));
}

TEST_F(ApiTest, ACacheAnswersEqualItemsWithoutTheModel) {
  config().cache_bytes = size_t{1} << 20;
  StartServer();
  const size_t warm_up = encoder().image_batches().size();
  for (const bool normalize : {false, true, false}) {
    v1::EncodeImageRequest request = ImageRequest(3);
    request.mutable_options()->set_normalize(normalize);
    grpc::ClientContext context;
    v1::EncodeImageResponse response;
    ASSERT_TRUE(stub().EncodeImage(&context, request, &response).ok());
    // One entry serves whatever options a call has.
    EXPECT_EQ(response.embeddings(0).values(0) == 3.0F, !normalize);
  }
  EXPECT_EQ(encoder().image_batches().size(), warm_up + 1);
  EXPECT_EQ(Metric("clip_cache_requests_total{result=\"miss\"}"), 1);
  EXPECT_EQ(Metric("clip_cache_requests_total{result=\"hit\"}"), 2);
  EXPECT_GT(Metric("clip_cache_bytes"), 0);
}

}  // namespace
}  // namespace clip::testing

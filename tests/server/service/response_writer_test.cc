#include "server/service/response_writer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

namespace clip::server {
namespace {

using ::testing::ElementsAre;
using ::testing::FloatEq;
using ::testing::IsEmpty;

EmbeddingLayout Layout(bool normalize, v1::Format format, int dimensions) {
  EmbeddingLayout layout;
  layout.normalize = normalize;
  layout.format = format;
  layout.dimensions = dimensions;
  return layout;
}

TEST(ResponseWriterTest, WritesFloatsAsTheyAre) {
  const v1::Embedding embedding =
      WriteEmbedding({3.0F, -4.0F}, Layout(false, v1::FLOAT32, 2));
  EXPECT_THAT(embedding.values(), ElementsAre(3.0F, -4.0F));
  EXPECT_THAT(embedding.packed(), IsEmpty());
  EXPECT_EQ(embedding.format(), v1::FLOAT32);
}

TEST(ResponseWriterTest, Normalizes) {
  EXPECT_THAT(
      WriteEmbedding({3.0F, -4.0F}, Layout(true, v1::FLOAT32, 2)).values(),
      ElementsAre(FloatEq(0.6F), FloatEq(-0.8F)));
}

TEST(ResponseWriterTest, NormalizesWhatIsKept) {
  EXPECT_THAT(WriteEmbedding({3.0F, -4.0F, 12.0F}, Layout(true, v1::FLOAT32, 2))
                  .values(),
              ElementsAre(FloatEq(0.6F), FloatEq(-0.8F)));
  EXPECT_THAT(
      WriteEmbedding({3.0F, -4.0F, 12.0F}, Layout(false, v1::FLOAT32, 1))
          .values(),
      ElementsAre(3.0F));
}

TEST(ResponseWriterTest, PacksEveryOtherFormat) {
  const struct {
    v1::Format format;
    size_t bytes;
  } cases[] = {
      {v1::FLOAT16, 6}, {v1::BFLOAT16, 6}, {v1::INT8, 3}, {v1::BINARY, 1}};
  for (const auto& test_case : cases) {
    const v1::Embedding embedding =
        WriteEmbedding({0.5F, -0.5F, 0.1F}, Layout(true, test_case.format, 3));
    EXPECT_THAT(embedding.values(), IsEmpty());
    EXPECT_EQ(embedding.packed().size(), test_case.bytes);
    EXPECT_EQ(embedding.format(), test_case.format);
  }
}

ServedModel TestModel() {
  ServedModel model;
  model.name = "small";
  model.info.architecture = "CLIP(VisionTransformer, TextTransformer)";
  model.info.embed_dim = 2;
  model.info.context_length = 77;
  model.info.vocab_size = 49408;
  model.info.preprocess.image_width = 64;
  model.info.preprocess.image_height = 32;
  model.info.preprocess.interpolation = model::Interpolation::kBilinear;
  model.info.preprocess.resize_mode = model::ResizeMode::kSquash;
  model.info.dtype = "bfloat16";
  model.info.device = "cpu";
  model.info.checkpoint_sha256 = "ab12";
  model.info.logit_scale = 100.0F;
  return model;
}

TEST(ResponseWriterTest, DescribesAModel) {
  ServedModel model = TestModel();
  v1::ModelInfo info = WriteModelInfo(model);
  EXPECT_EQ(info.name(), "small");
  EXPECT_EQ(info.architecture(), "CLIP(VisionTransformer, TextTransformer)");
  EXPECT_EQ(info.embed_dim(), 2U);
  EXPECT_EQ(info.image_width(), 64U);
  EXPECT_EQ(info.image_height(), 32U);
  EXPECT_EQ(info.context_length(), 77U);
  EXPECT_EQ(info.vocab_size(), 49408U);
  EXPECT_EQ(info.preprocessing().interpolation(), "bilinear");
  EXPECT_EQ(info.preprocessing().resize_mode(), "squash");
  EXPECT_EQ(info.preprocessing().mean_size(), 3);
  EXPECT_EQ(info.preprocessing().std_size(), 3);
  EXPECT_EQ(info.dtype(), "bfloat16");
  EXPECT_EQ(info.device(), "cpu");
  EXPECT_EQ(info.checkpoint_sha256(), "ab12");
  EXPECT_FLOAT_EQ(info.logit_scale(), 100.0F);
  EXPECT_FALSE(info.has_logit_bias());
  model.info.logit_bias = -10.0F;
  EXPECT_FLOAT_EQ(WriteModelInfo(model).logit_bias(), -10.0F);
}

TEST(ResponseWriterTest, WritesTextResultsInOrder) {
  CallResult result;
  result.items = {{{1.0F, 0.0F}, 5, false}, {{0.0F, 2.0F}, 77, true}};
  result.timing.queue = absl::Milliseconds(20);
  const v1::EncodeTextResponse response =
      WriteTextResponse(result, Layout(true, v1::FLOAT32, 2), TestModel(),
                        absl::Milliseconds(50));
  ASSERT_EQ(response.embeddings_size(), 2);
  EXPECT_THAT(response.embeddings(1).values(), ElementsAre(0.0F, 1.0F));
  EXPECT_THAT(response.token_count(), ElementsAre(5, 77));
  EXPECT_THAT(response.truncated(), ElementsAre(false, true));
  EXPECT_EQ(response.model().name(), "small");
  EXPECT_EQ(response.model().checkpoint_sha256(), "ab12");
  EXPECT_DOUBLE_EQ(response.timing().queue_seconds(), 0.02);
  EXPECT_DOUBLE_EQ(response.timing().total_seconds(), 0.05);
}

}  // namespace
}  // namespace clip::server

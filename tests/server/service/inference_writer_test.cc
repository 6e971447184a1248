#include "server/service/inference_writer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>
#include <string>
#include <vector>

#include "clip/v1/clip.pb.h"
#include "server/service/response_writer.h"
#include "server/service/similarity_join.h"

namespace clip::server {
namespace {

using ::testing::ElementsAre;

class InferenceWriterTest : public ::testing::Test {
 protected:
  InferenceWriterTest() {
    model_.name = "test";
    model_.info.embed_dim = 3;
    model_.info.logit_scale = 10.0F;
    model_.info.checkpoint_sha256 = "abc123";
    job_.layout.dimensions = 3;
    job_.images = 1;
    result_.items = {{{1.0F, 2.0F, 3.0F}, 0, false},
                     {{0.5F, -7.0F, 0.1F}, 3, false},
                     {{4.0F, 0.0F, 1.0F}, 3, false}};
  }

  inference::ModelInferResponse Write() {
    return WriteInference(result_, job_, model_, "id 7");
  }

  // The values of output `index`, of which the host's own order is right here.
  static std::vector<float> ValuesOf(
      const inference::ModelInferResponse& response, int index) {
    const std::string& bytes = response.raw_output_contents(index);
    std::vector<float> values(bytes.size() / sizeof(float));
    std::memcpy(values.data(), bytes.data(), bytes.size());
    return values;
  }

  std::vector<float> Expected(std::vector<int> items) {
    std::vector<float> rows;
    for (const int item : items) {
      const v1::Embedding row =
          WriteEmbedding(result_.items[item].embedding, job_.layout);
      rows.insert(rows.end(), row.values().begin(), row.values().end());
    }
    return rows;
  }

  v1::SimilarityResponse ExpectedScores() {
    v1::SimilarityRequest request;
    request.add_images();
    return SimilarityJoin::Create(request, model_)
        ->Join(result_, absl::ZeroDuration());
  }

  ServedModel model_;
  InferenceJob job_;
  CallResult result_;
};

TEST_F(InferenceWriterTest, EmbeddingsAreThoseOfTheOtherService) {
  job_.outputs = {InferenceOutput::kTextEmbedding,
                  InferenceOutput::kImageEmbedding};
  const inference::ModelInferResponse response = Write();
  EXPECT_EQ(response.model_name(), "test");
  EXPECT_EQ(response.model_version(), "abc123");
  EXPECT_EQ(response.id(), "id 7");
  ASSERT_EQ(response.outputs_size(), 2);
  ASSERT_EQ(response.raw_output_contents_size(), 2);
  EXPECT_EQ(response.outputs(0).name(), "text_embedding");
  EXPECT_EQ(response.outputs(0).datatype(), "FP32");
  EXPECT_THAT(response.outputs(0).shape(), ElementsAre(2, 3));
  EXPECT_FALSE(response.outputs(0).has_contents());
  EXPECT_EQ(ValuesOf(response, 0), Expected({1, 2}));
  EXPECT_THAT(response.outputs(1).shape(), ElementsAre(1, 3));
  EXPECT_EQ(ValuesOf(response, 1), Expected({0}));
}

TEST_F(InferenceWriterTest, ValuesAreLittleEndian) {
  job_.outputs = {InferenceOutput::kImageEmbedding};
  job_.layout.normalize = false;
  EXPECT_EQ(
      Write().raw_output_contents(0),
      std::string("\x00\x00\x80\x3F\x00\x00\x00\x40\x00\x00\x40\x40", 12));
}

TEST_F(InferenceWriterTest, ALayoutCutsEmbeddingsAndNoScore) {
  job_.outputs = {InferenceOutput::kTextEmbedding, InferenceOutput::kLogits};
  job_.layout.dimensions = 2;
  job_.layout.normalize = false;
  const inference::ModelInferResponse response = Write();
  EXPECT_THAT(response.outputs(0).shape(), ElementsAre(2, 2));
  EXPECT_THAT(ValuesOf(response, 0), ElementsAre(0.5F, -7.0F, 4.0F, 0.0F));
  const v1::SimilarityResponse scores = ExpectedScores();
  EXPECT_EQ(ValuesOf(response, 1),
            std::vector<float>(scores.logits().begin(), scores.logits().end()));
}

TEST_F(InferenceWriterTest, ScoresAreThoseOfSimilarity) {
  job_.outputs = {InferenceOutput::kProbabilities, InferenceOutput::kLogits};
  const inference::ModelInferResponse response = Write();
  const v1::SimilarityResponse scores = ExpectedScores();
  EXPECT_EQ(response.outputs(0).name(), "probabilities");
  EXPECT_THAT(response.outputs(0).shape(), ElementsAre(1, 2));
  EXPECT_EQ(ValuesOf(response, 0),
            std::vector<float>(scores.probabilities().begin(),
                               scores.probabilities().end()));
  EXPECT_EQ(ValuesOf(response, 1),
            std::vector<float>(scores.logits().begin(), scores.logits().end()));
}

}  // namespace
}  // namespace clip::server

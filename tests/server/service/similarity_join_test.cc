#include "server/service/similarity_join.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <string>

#include "server/service/embedding_packing.h"
#include "tests/testing/status_matchers.h"

namespace clip::server {
namespace {

using ::clip::testing::IsOk;
using ::clip::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::FloatNear;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr float kTolerance = 1e-5F;

class SimilarityJoinTest : public ::testing::Test {
 protected:
  SimilarityJoinTest() {
    model_.name = "test";
    model_.info.embed_dim = 2;
    model_.info.logit_scale = 10.0F;
  }

  absl::StatusOr<SimilarityJoin> Create(const v1::SimilarityRequest& request) {
    return SimilarityJoin::Create(request, model_);
  }

  static void AddValues(v1::Embedding* embedding, float x, float y) {
    embedding->add_values(x);
    embedding->add_values(y);
  }

  ServedModel model_;
};

TEST_F(SimilarityJoinTest, ScoresEveryPictureAgainstEveryText) {
  v1::SimilarityRequest request;
  request.add_images()->set_encoded("x");
  request.add_images()->set_encoded("y");
  for (const char* text : {"a", "b", "c"}) request.add_texts(text);
  auto join = Create(request);
  ASSERT_THAT(join, IsOk());
  CallResult result;
  // Pictures (1, 0) and (0, 1); texts (1, 0), (0, 1) and the diagonal.
  result.items = {{{2.0F, 0.0F}, 0, false},
                  {{0.0F, 3.0F}, 0, false},
                  {{5.0F, 0.0F}, 3, false},
                  {{0.0F, 1.0F}, 4, true},
                  {{1.0F, 1.0F}, 5, false}};
  const v1::SimilarityResponse response =
      join->Join(result, absl::Milliseconds(7));
  const float diagonal = 10.0F / std::sqrt(2.0F);
  EXPECT_EQ(response.rows(), 2U);
  EXPECT_EQ(response.columns(), 3U);
  EXPECT_THAT(
      response.logits(),
      ElementsAre(FloatNear(10.0F, kTolerance), FloatNear(0.0F, kTolerance),
                  FloatNear(diagonal, kTolerance), FloatNear(0.0F, kTolerance),
                  FloatNear(10.0F, kTolerance),
                  FloatNear(diagonal, kTolerance)));
  float first_row = 0.0F;
  for (int i = 0; i < 3; ++i) first_row += response.probabilities(i);
  EXPECT_NEAR(first_row, 1.0F, kTolerance);
  EXPECT_NEAR(response.probabilities(0) / response.probabilities(1),
              std::exp(10.0F), 1.0F);
  EXPECT_FLOAT_EQ(response.logit_scale(), 10.0F);
  EXPECT_FALSE(response.has_logit_bias());
  EXPECT_THAT(response.token_count(), ElementsAre(3, 4, 5));
  EXPECT_THAT(response.truncated(), ElementsAre(false, true, false));
  EXPECT_EQ(response.model().name(), "test");
}

TEST_F(SimilarityJoinTest, ALogitBiasMakesSigmoids) {
  model_.info.logit_bias = -10.0F;
  v1::SimilarityRequest request;
  AddValues(request.add_image_embeddings(), 1.0F, 0.0F);
  AddValues(request.add_text_embeddings(), 4.0F, 0.0F);
  AddValues(request.add_text_embeddings(), 0.0F, 4.0F);
  auto join = Create(request);
  ASSERT_THAT(join, IsOk());
  const v1::SimilarityResponse response =
      join->Join(CallResult(), absl::ZeroDuration());
  EXPECT_THAT(response.logits(), ElementsAre(FloatNear(0.0F, kTolerance),
                                             FloatNear(-10.0F, kTolerance)));
  EXPECT_THAT(response.probabilities(),
              ElementsAre(FloatNear(0.5F, kTolerance),
                          FloatNear(4.539787e-05F, 1e-7F)));
  EXPECT_FLOAT_EQ(response.logit_bias(), -10.0F);
  EXPECT_THAT(response.token_count(), IsEmpty());
}

TEST_F(SimilarityJoinTest, JoinsTextsOfTheCallWithPicturesOfTheCaller) {
  v1::SimilarityRequest request;
  v1::Embedding* brought = request.add_image_embeddings();
  brought->set_format(v1::FLOAT16);
  brought->set_packed(PackEmbedding({0.0F, 0.5F}, v1::FLOAT16));
  request.add_texts("a");
  auto join = Create(request);
  ASSERT_THAT(join, IsOk());
  CallResult result;
  result.items = {{{0.0F, -2.0F}, 3, false}};
  const v1::SimilarityResponse response =
      join->Join(result, absl::ZeroDuration());
  EXPECT_THAT(response.logits(), ElementsAre(FloatNear(-10.0F, kTolerance)));
  EXPECT_THAT(response.token_count(), ElementsAre(3));
}

TEST_F(SimilarityJoinTest, NamesTheEmbeddingThatIsWrong) {
  v1::SimilarityRequest request;
  AddValues(request.add_image_embeddings(), 1.0F, 0.0F);
  request.add_image_embeddings()->add_values(1.0F);
  EXPECT_THAT(Create(request),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("image_embeddings[1]: 1 values")));
  v1::Embedding* second = request.mutable_image_embeddings(1);
  second->add_values(std::nanf(""));
  EXPECT_THAT(Create(request),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("image_embeddings[1]: a value is not")));
  second->set_values(0, 0.0F);
  second->set_values(1, 0.0F);
  EXPECT_THAT(Create(request),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("image_embeddings[1]: all values are zero")));
  second->set_format(v1::BINARY);
  EXPECT_THAT(Create(request), StatusIs(absl::StatusCode::kInvalidArgument,
                                        HasSubstr("FLOAT16")));
}

}  // namespace
}  // namespace clip::server

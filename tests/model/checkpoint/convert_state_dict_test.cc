#include "model/checkpoint/convert_state_dict.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "model/checkpoint/safetensors_reader.h"
#include "model/checkpoint/tensor_edits.h"
#include "tests/model/checkpoint/tensor_comparison.h"
#include "tests/testing/status_matchers.h"

namespace clip::model {
namespace {

using clip::testing::IsOk;
using clip::testing::StatusIs;
using ::testing::HasSubstr;

constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;

StateDict Golden(const std::string& name) {
  auto tensors = ReadSafetensors(std::string(CLIP_SOURCE_DIR) +
                                 "/tests/golden/checkpoint/" + name);
  EXPECT_THAT(tensors, IsOk());
  if (tensors.ok()) return *std::move(tensors);
  return StateDict({}, nullptr, "");
}

TensorView Bytes(std::vector<int64_t> shape, std::vector<uint8_t> bytes) {
  return OwningView(TensorDtype::kUint8, std::move(shape), std::move(bytes));
}

StateDict With(const StateDict& source, const std::string& name,
               TensorView view) {
  StateDict::Tensors tensors = source.tensors();
  tensors[name] = std::move(view);
  return source.WithTensors(std::move(tensors));
}

StateDict Without(const StateDict& source, const std::string& name) {
  StateDict::Tensors tensors = source.tensors();
  EXPECT_EQ(tensors.erase(name), 1U);
  return source.WithTensors(std::move(tensors));
}

TEST(ConvertStateDictTest, ConvertsSiglipAsTimmAndOpenClipNameIt) {
  const StateDict source = Golden("hf_siglip/model.safetensors");
  const auto converted = ConvertStateDict(source);
  ASSERT_THAT(converted, IsOk());
  ExpectSameTensors(*converted, Golden("hf_siglip/expected.safetensors"));
  EXPECT_EQ(converted->sha256(), source.sha256());
}

TEST(ConvertStateDictTest, FusesAndTransposesClip) {
  const StateDict source = Golden("hf_clip/model.safetensors");
  const auto converted = ConvertStateDict(source);
  ASSERT_THAT(converted, IsOk());
  const auto& tensors = converted->tensors();
  EXPECT_EQ(tensors.at("transformer.resblocks.1.attn.in_proj_weight").shape,
            (std::vector<int64_t>{24, 8}));
  EXPECT_EQ(
      tensors.at("visual.transformer.resblocks.0.attn.in_proj_bias").shape,
      (std::vector<int64_t>{24}));
  for (const auto& [name, view] : tensors) {
    EXPECT_EQ(name.find("_model."), std::string::npos) << name;
  }
}

TEST(ConvertStateDictTest, DropsPositionIds) {
  const StateDict source = Golden("hf_clip/model.safetensors");
  const auto converted = ConvertStateDict(
      With(source, "text_model.embeddings.position_ids", Bytes({1}, {0})));
  ASSERT_THAT(converted, IsOk());
  EXPECT_EQ(converted->tensors().size(),
            ConvertStateDict(source)->tensors().size());
}

TEST(ConvertStateDictTest, LeavesOpenClipsOwnAndUnknownKeysAlone) {
  const StateDict own = StateDict(
      {{"positional_embedding", Bytes({1}, {1})}, {"x.y", Bytes({1}, {2})}},
      nullptr, "hash");
  const auto same = ConvertStateDict(own);
  ASSERT_THAT(same, IsOk());
  ExpectSameTensors(*same, own);
  const auto more = ConvertStateDict(With(Golden("hf_clip/model.safetensors"),
                                          "text_model.strange.weight", {}));
  ASSERT_THAT(more, IsOk());
  EXPECT_EQ(more->tensors().count("text_model.strange.weight"), 1U);
}

TEST(ConvertStateDictTest, NamesTensorsThatDoNotBelongTogether) {
  const StateDict source = Golden("hf_clip/model.safetensors");
  const std::string layer = "text_model.encoder.layers.0.self_attn.";
  EXPECT_THAT(ConvertStateDict(Without(source, layer + "k_proj.weight")),
              StatusIs(kInvalid, HasSubstr(layer + "k_proj.weight")));
  EXPECT_THAT(
      ConvertStateDict(With(source, layer + "v_proj.bias", Bytes({1}, {1}))),
      StatusIs(kInvalid, HasSubstr(layer + "q_proj.bias")));
  EXPECT_THAT(
      ConvertStateDict(With(source, layer + "q_proj.weight", Bytes({}, {1}))),
      StatusIs(kInvalid, HasSubstr(layer + "q_proj.weight")));
  EXPECT_THAT(
      ConvertStateDict(With(source, "text_projection.weight", Bytes({1}, {1}))),
      StatusIs(kInvalid, HasSubstr("text_projection.weight")));
  EXPECT_THAT(ConvertStateDict(With(source, "visual.proj", Bytes({1}, {1}))),
              StatusIs(kInvalid, HasSubstr("both are visual.proj")));
}

TEST(ConvertStateDictTest, SurvivesAPoolingHeadOfAnyShape) {
  const StateDict source = Golden("hf_siglip/model.safetensors");
  const std::string name = "vision_model.head.attention.in_proj_weight";
  EXPECT_THAT(ConvertStateDict(With(source, name, Bytes({}, {1}))),
              StatusIs(kInvalid, HasSubstr(name)));
  EXPECT_THAT(ConvertStateDict(With(source, name, Bytes({0, 5}, {}))), IsOk());
  EXPECT_THAT(ConvertStateDict(With(source, name, Bytes({2}, {1, 2}))), IsOk());
}

TEST(ConvertToCustomTextTest, PutsTheTextTowerBelowItsPrefix) {
  const TensorView view = Bytes({1}, {1});
  const StateDict source({{"text_projection", view},
                          {"positional_embedding", view},
                          {"token_embedding.weight", view},
                          {"transformer.resblocks.0.ln_1.weight", view},
                          {"ln_final.bias", view},
                          {"logit_scale", view},
                          {"visual.proj", view}},
                         nullptr, "");
  const StateDict expected({{"text.text_projection", view},
                            {"text.positional_embedding", view},
                            {"text.token_embedding.weight", view},
                            {"text.transformer.resblocks.0.ln_1.weight", view},
                            {"text.ln_final.bias", view},
                            {"logit_scale", view},
                            {"visual.proj", view}},
                           nullptr, "");
  ExpectSameTensors(ConvertToCustomText(source), expected);
  ExpectSameTensors(ConvertToCustomText(expected), expected);
}

TEST(TensorEditsTest, RefuseShapesThatDoNotFit) {
  const TensorView matrix = Bytes({2, 3}, {1, 2, 3, 4, 5, 6});
  const auto transposed = Transpose(matrix);
  ASSERT_THAT(transposed, IsOk());
  EXPECT_EQ(transposed->shape, (std::vector<int64_t>{3, 2}));
  EXPECT_EQ(*transposed->owned, (std::vector<uint8_t>{1, 4, 2, 5, 3, 6}));
  EXPECT_EQ(SliceRows(matrix, 1, 2)->bytes[0], 4);
  EXPECT_THAT(SliceRows(matrix, 1, 3), StatusIs(kInvalid));
  EXPECT_THAT(SliceRows(matrix, -1, 1), StatusIs(kInvalid));
  EXPECT_THAT(Reshape(matrix, {7}), StatusIs(kInvalid));
  EXPECT_THAT(Reshape(matrix, {1, 6}), IsOk());
}

}  // namespace
}  // namespace clip::model

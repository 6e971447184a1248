#include "model/towers/timm/vision_transformer.h"

#include <ATen/ops/linspace.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/zeros.h>
#include <c10/core/GradMode.h>
#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <set>
#include <string>

#include "model/towers/timm/create_timm_trunk.h"
#include "model/towers/timm/vision_transformer_models.h"
#include "tests/model/hashed_values.h"
#include "tests/model/towers/timm/transformer_golden.h"

namespace clip::model::timm {
namespace {

// The cases of tools/goldens/timm_transformers.py.

TimmTrunkOptions TinyTrunk(int64_t num_classes = 0) {
  TimmTrunkOptions trunk;
  trunk.num_classes = num_classes;
  // 24 x 20 pixels hold 3 x 2 patches of 8 and a rest that none covers.
  trunk.image_height = 24;
  trunk.image_width = 20;
  return trunk;
}

VisionTransformerOptions Tiny() {
  VisionTransformerOptions vit;
  vit.patch_size = 8;
  vit.depth = 2;
  vit.heads = 2;
  vit.mlp_width = 64;
  vit.around.width = 16;
  return vit;
}

VisionTransformerOptions TinySigLip() {
  VisionTransformerOptions vit = Tiny();
  vit.around.class_token = false;
  vit.around.pool = GlobalPool::kMap;
  return vit;
}

VisionTransformerOptions TinyClip() {
  VisionTransformerOptions vit = Tiny();
  vit.around.pre_norm = true;
  return vit;
}

VisionTransformerOptions TinyVitamin() {
  VisionTransformerOptions vit = Tiny();
  vit.stem = Stem::kMbConvStages;
  vit.stem_widths = {4, 4, 8};
  vit.stem_depths = {1, 2};
  vit.mlp = MlpKind::kGeGluMlp;
  vit.mlp_width = 32;
  vit.around.class_token = false;
  vit.around.pool = GlobalPool::kAverage;
  return vit;
}

void ExpectMatches(const VisionTransformerOptions& vit,
                   const TimmTrunkOptions& trunk, const std::string& name) {
  const auto model =
      std::make_shared<VisionTransformer>(vit, trunk, ParameterOptions());
  ExpectTransformerMatchesGolden(*model, trunk, name);
}

TEST(VisionTransformerTest, IsSigLipWithTanhGelu) {
  VisionTransformerOptions vit = TinySigLip();
  vit.mlp_width = 59;  // 16 * 3.7362, cut.
  vit.activation = Activation::kGeluTanh;
  ExpectMatches(vit, TinyTrunk(), "siglip");
}

TEST(VisionTransformerTest, IsSigLipWithAClassifier) {
  ExpectMatches(TinySigLip(), TinyTrunk(6), "siglip_classifier");
}

TEST(VisionTransformerTest, IsClip) {
  VisionTransformerOptions vit = TinyClip();
  vit.around.norm_eps = 1e-5;
  ExpectMatches(vit, TinyTrunk(6), "clip");
}

TEST(VisionTransformerTest, NormsBehindAMeanThatItIsBuiltWith) {
  TimmTrunkOptions trunk = TinyTrunk();
  trunk.global_pool = "avg";
  ExpectMatches(TinyClip(), trunk, "clip_average");
}

TEST(VisionTransformerTest, KeepsItsNormWhereTheMeanComesLater) {
  TimmTrunkOptions trunk = TinyTrunk();
  trunk.global_pool = "avg";
  trunk.pool_is_reset = true;
  ExpectMatches(TinyClip(), trunk, "clip_reset");
}

TEST(VisionTransformerTest, HasMobileClipsStem) {
  VisionTransformerOptions vit = Tiny();
  vit.stem = Stem::kConvStem;
  vit.stem_widths = {4, 6};
  vit.around.no_embed_class = true;
  TimmTrunkOptions trunk;
  trunk.image_height = 50;
  trunk.image_width = 33;
  ExpectMatches(vit, trunk, "mci");
}

TEST(VisionTransformerTest, AveragesWithLayerScaleAndWithoutBias) {
  VisionTransformerOptions vit = Tiny();
  vit.qkv_bias = false;
  vit.layer_scale = true;
  vit.around.class_token = false;
  vit.around.pool = GlobalPool::kAverage;
  vit.around.fc_norm = false;
  ExpectMatches(vit, TinyTrunk(), "gap");
}

TEST(VisionTransformerTest, IsVitamin) {
  TimmTrunkOptions trunk;
  trunk.image_height = 40;
  trunk.image_width = 24;
  VisionTransformerOptions vit = TinyVitamin();
  ExpectMatches(vit, trunk, "vitamin");
  vit.around.pos_embed = false;
  ExpectMatches(vit, trunk, "vitamin_no_positions");
}

TEST(VisionTransformerTest, GivesAllTokensWithoutAPool) {
  TimmTrunkOptions trunk = TinyTrunk();
  trunk.global_pool = "";
  VisionTransformer model(Tiny(), trunk, {});
  FillWithHashedValues(model);
  EXPECT_EQ(model.forward(at::zeros({2, 3, 24, 20})).sizes(),
            at::IntArrayRef({2, 7, 16}));
}

TEST(VisionTransformerTest, RefusesAPoolThatItCannotHave) {
  TimmTrunkOptions trunk = TinyTrunk();
  const ParameterOptions meta{c10::kMeta};
  trunk.global_pool = "token";
  EXPECT_THROW(VisionTransformer(TinySigLip(), trunk, meta), c10::Error);
  trunk.global_pool = "prr";
  EXPECT_THROW(VisionTransformer(Tiny(), trunk, meta), c10::Error);
  trunk.global_pool = "map";
  EXPECT_NO_THROW(VisionTransformer(Tiny(), trunk, meta));
  trunk.pool_is_reset = true;
  EXPECT_THROW(VisionTransformer(Tiny(), trunk, meta), c10::Error);
  EXPECT_NO_THROW(VisionTransformer(TinySigLip(), trunk, meta));
}

TEST(VisionTransformerTest, RefusesPicturesOfAnotherSize) {
  VisionTransformer model(Tiny(), TinyTrunk(), {});
  EXPECT_THROW(model.forward(at::zeros({1, 3, 24, 24})), c10::Error);
  TimmTrunkOptions small;
  small.image_height = 7;
  EXPECT_THROW(VisionTransformer(Tiny(), small, {c10::kMeta}), c10::Error);
}

TEST(VisionTransformerTest, SparesPositionsAndClassTokenFromDecay) {
  const ParameterOptions meta{c10::kMeta};
  EXPECT_EQ(VisionTransformer(Tiny(), TinyTrunk(), meta).NoWeightDecay(),
            std::set<std::string>({"cls_token", "pos_embed"}));
  EXPECT_EQ(VisionTransformer(TinySigLip(), TinyTrunk(), meta).NoWeightDecay(),
            std::set<std::string>({"pos_embed"}));
}

// The features of one tiny picture by a model of timm's name.
at::Tensor Features(std::optional<Activation> act_layer) {
  const at::NoGradGuard no_grad;
  TimmTrunkOptions trunk;
  trunk.image_height = trunk.image_width = 16;
  trunk.model_kwargs.act_layer = act_layer;
  const auto model = CreateTimmTrunk("vit_medium_patch16_gap_256", trunk, {});
  for (at::Tensor& parameter : model->parameters()) {
    parameter.copy_(
        at::linspace(-0.1, 0.1, parameter.numel()).view(parameter.sizes()));
  }
  return model->forward(at::ones({1, 3, 16, 16}));
}

TEST(VisionTransformerModelsTest, TakeAnotherActivation) {
  const at::Tensor own = Features(std::nullopt);
  EXPECT_TRUE(at::equal(Features(Activation::kGelu), own));
  const double difference =
      (Features(Activation::kGeluTanh) - own).abs().max().item<double>();
  EXPECT_GT(difference, 0);
  EXPECT_LT(difference, 1e-2);
}

TEST(VisionTransformerModelsTest, RefuseArgumentsThatTheyDoNotHeed) {
  TimmTrunkOptions trunk;
  trunk.model_kwargs.patch_size = 32;
  EXPECT_THROW(
      CreateTimmTrunk("vit_medium_patch16_gap_256", trunk, {c10::kMeta}),
      c10::Error);
  trunk.model_kwargs = {};
  trunk.model_kwargs.act_layer = Activation::kGelu;
  EXPECT_THROW(CreateTimmTrunk("convnext_tiny", trunk, {c10::kMeta}),
               c10::Error);
}

TEST(VisionTransformerModelsTest, HaveTimmsKeysAndShapes) {
  TimmTrunkOptions trunk;
  EXPECT_EQ(
      ExpectModelsHaveGoldenKeys("keys.txt", trunk, HasVisionTransformerModel),
      VisionTransformerModels().size());
  trunk.num_classes = 512;
  trunk.global_pool = "token";
  EXPECT_EQ(ExpectModelsHaveGoldenKeys("keys_token.txt", trunk,
                                       HasVisionTransformerModel),
            4);
  trunk.global_pool = "map";
  EXPECT_EQ(ExpectModelsHaveGoldenKeys("keys_map.txt", trunk,
                                       HasVisionTransformerModel),
            16);
}

}  // namespace
}  // namespace clip::model::timm

#include "model/towers/timm/na_flex_vit.h"

#include <ATen/ops/zeros.h>
#include <gtest/gtest.h>

#include <memory>
#include <set>
#include <string>

#include "model/towers/timm/create_timm_trunk.h"
#include "model/towers/timm/na_flex_vit_models.h"
#include "tests/model/towers/timm/transformer_golden.h"

namespace clip::model::timm {
namespace {

// The cases of tools/goldens/timm_transformers.py.

TimmTrunkOptions TinyTrunk() {
  TimmTrunkOptions trunk;
  trunk.image_height = 24;
  trunk.image_width = 16;
  return trunk;
}

NaFlexVitOptions Tiny(GlobalPool pool, const Grid& pos_embed_grid) {
  NaFlexVitOptions vit;
  vit.patch_size = 8;
  vit.pos_embed_grid = pos_embed_grid;
  vit.depth = 2;
  vit.heads = 2;
  vit.mlp_width = 64;
  vit.around.width = 16;
  vit.around.pool = pool;
  return vit;
}

void ExpectMatches(const NaFlexVitOptions& vit, const std::string& name) {
  const TimmTrunkOptions trunk = TinyTrunk();
  const auto model =
      std::make_shared<NaFlexVit>(vit, trunk, ParameterOptions());
  ExpectTransformerMatchesGolden(*model, trunk, name);
}

TEST(NaFlexVitTest, IsSigLip2WithBilinearPositions) {
  NaFlexVitOptions vit = Tiny(GlobalPool::kMap, {2, 4});
  vit.activation = Activation::kGeluTanh;
  vit.bilinear_positions = true;
  ExpectMatches(vit, "naflex_siglip");
}

TEST(NaFlexVitTest, AveragesBehindRegistersWithBicubicPositions) {
  NaFlexVitOptions vit = Tiny(GlobalPool::kAverage, {4, 4});
  vit.layer_scale = true;
  vit.around.reg_tokens = 3;
  vit.around.fc_norm = true;
  ExpectMatches(vit, "naflex_gap");
}

TEST(NaFlexVitTest, TakesPositionsOfItsOwnGridAsTheyAre) {
  NaFlexVitOptions vit = Tiny(GlobalPool::kMap, {3, 2});
  vit.layer_scale = true;
  vit.around.reg_tokens = 1;
  ExpectMatches(vit, "naflex_same_grid");
}

TEST(NaFlexVitTest, RefusesPicturesThatArePartlyCovered) {
  TimmTrunkOptions trunk = TinyTrunk();
  trunk.image_height = 20;
  EXPECT_THROW(NaFlexVit(Tiny(GlobalPool::kMap, {4, 4}), trunk, {c10::kMeta}),
               c10::Error);
  NaFlexVit model(Tiny(GlobalPool::kMap, {4, 4}), TinyTrunk(), {});
  EXPECT_THROW(model.forward(at::zeros({1, 3, 24, 24})), c10::Error);
}

TEST(NaFlexVitModelsTest, TakeAnotherPatchAndGrid) {
  TimmTrunkOptions trunk;
  trunk.model_kwargs.patch_size = 32;
  trunk.model_kwargs.pos_embed_grid_size = {7, 6};
  const auto model =
      CreateTimmTrunk("naflexvit_base_patch16_gap", trunk, {c10::kMeta});
  const auto parameters = model->named_parameters();
  EXPECT_EQ(parameters["embeds.proj.weight"].sizes(),
            at::IntArrayRef({768, 32 * 32 * 3}));
  EXPECT_EQ(parameters["embeds.pos_embed"].sizes(),
            at::IntArrayRef({1, 7, 6, 768}));
}

TEST(NaFlexVitTest, SparesPositionsAndRegistersFromDecay) {
  NaFlexVitOptions vit = Tiny(GlobalPool::kMap, {4, 4});
  const ParameterOptions meta{c10::kMeta};
  EXPECT_EQ(NaFlexVit(vit, TinyTrunk(), meta).NoWeightDecay(),
            std::set<std::string>({"embeds.pos_embed"}));
  vit.around.reg_tokens = 2;
  EXPECT_EQ(NaFlexVit(vit, TinyTrunk(), meta).NoWeightDecay(),
            std::set<std::string>({"embeds.pos_embed", "embeds.reg_token"}));
}

TEST(NaFlexVitModelsTest, HaveTimmsKeysAndShapes) {
  EXPECT_EQ(ExpectModelsHaveGoldenKeys("keys.txt", {}, HasNaFlexVitModel),
            NaFlexVitModels().size());
}

}  // namespace
}  // namespace clip::model::timm

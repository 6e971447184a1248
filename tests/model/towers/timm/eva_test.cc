#include "model/towers/timm/eva.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "model/towers/timm/eva_models.h"
#include "tests/model/towers/timm/transformer_golden.h"

namespace clip::model::timm {
namespace {

// The cases of tools/goldens/timm_transformers.py.

TimmTrunkOptions TinyTrunk(int64_t num_classes = 0) {
  TimmTrunkOptions trunk;
  trunk.num_classes = num_classes;
  trunk.image_height = 24;
  trunk.image_width = 20;
  return trunk;
}

EvaOptions Tiny() {
  EvaOptions eva;
  eva.patch_size = 8;
  eva.depth = 2;
  eva.heads = 2;
  eva.mlp_width = 64;
  eva.around.width = 16;
  return eva;
}

EvaOptions TinyPerceptionEncoder() {
  EvaOptions eva = Tiny();
  eva.attention_rope = true;
  eva.mlp_width = 32;
  eva.rope_reference_grid = {4, 5};
  eva.rope_columns_first = true;
  eva.around.norm_eps = 1e-5;
  eva.around.pre_norm = true;
  eva.around.pool = GlobalPool::kMap;
  eva.around.map_heads = 4;
  eva.around.map_mlp_width = 48;
  eva.around.map_includes_prefix = true;
  return eva;
}

void ExpectMatches(const EvaOptions& eva, const TimmTrunkOptions& trunk,
                   const std::string& name) {
  const auto model = std::make_shared<Eva>(eva, trunk, ParameterOptions());
  ExpectTransformerMatchesGolden(*model, trunk, name);
}

TEST(EvaTest, IsPerceptionEncoder) {
  EvaOptions eva = TinyPerceptionEncoder();
  eva.rope_grid_offset = 1.0;
  ExpectMatches(eva, TinyTrunk(6), "pe");
}

TEST(EvaTest, IsPerceptionEncoderWithoutClassToken) {
  EvaOptions eva = TinyPerceptionEncoder();
  eva.around.class_token = false;
  ExpectMatches(eva, TinyTrunk(6), "pe_no_class_token");
}

TEST(EvaTest, IsEva01) {
  EvaOptions eva = Tiny();
  eva.mlp_width = 40;
  ExpectMatches(eva, TinyTrunk(6), "eva01");
}

TEST(EvaTest, IsEva02) {
  EvaOptions eva = Tiny();
  eva.mlp = MlpKind::kSwiGlu;
  eva.mlp_width = 42;  // 16 * 8 / 3, cut.
  eva.qkv_fused = false;
  eva.scale_attn_inner = true;
  eva.rope_reference_grid = {5, 4};
  ExpectMatches(eva, TinyTrunk(), "eva02");
}

TEST(EvaTest, IsEva02WithNormsBehind) {
  EvaOptions eva = Tiny();
  eva.post_norm = true;
  ExpectMatches(eva, TinyTrunk(), "eva02_post_norm");
}

TEST(EvaModelsTest, HaveTimmsKeysAndShapes) {
  TimmTrunkOptions trunk;
  EXPECT_EQ(ExpectModelsHaveGoldenKeys("keys.txt", trunk, HasEvaModel),
            EvaModels().size());
  trunk.num_classes = 512;
  trunk.global_pool = "token";
  EXPECT_EQ(ExpectModelsHaveGoldenKeys("keys_token.txt", trunk, HasEvaModel),
            5);
  trunk.global_pool = "map";
  EXPECT_EQ(ExpectModelsHaveGoldenKeys("keys_map.txt", trunk, HasEvaModel), 5);
}

}  // namespace
}  // namespace clip::model::timm

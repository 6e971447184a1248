#include "model/towers/timm/vision_transformer_rel_pos.h"

#include <gtest/gtest.h>

#include <memory>

#include "model/towers/timm/vision_transformer_rel_pos_models.h"
#include "tests/model/towers/timm/transformer_golden.h"

namespace clip::model::timm {
namespace {

TEST(VisionTransformerRelPosTest, MatchesTimm) {
  VisionTransformerRelPosOptions vit;
  vit.patch_size = 8;
  vit.depth = 2;
  vit.heads = 2;
  vit.mlp_width = 64;
  vit.rel_pos_width = 6;
  vit.around.width = 16;
  vit.around.pos_embed = false;
  TimmTrunkOptions trunk;
  trunk.image_height = 24;
  trunk.image_width = 20;
  const auto model =
      std::make_shared<VisionTransformerRelPos>(vit, trunk, ParameterOptions());
  ExpectTransformerMatchesGolden(*model, trunk, "rel_pos");
}

TEST(VisionTransformerRelPosModelsTest, HaveTimmsKeysAndShapes) {
  EXPECT_EQ(ExpectModelsHaveGoldenKeys("keys.txt", {},
                                       HasVisionTransformerRelPosModel),
            VisionTransformerRelPosModels().size());
}

}  // namespace
}  // namespace clip::model::timm

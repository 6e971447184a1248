#include "model/towers/timm/swin.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>

#include "model/towers/timm/swin_models.h"
#include "tests/model/golden_tensors.h"
#include "tests/model/hashed_values.h"
#include "tests/model/towers/timm/trunk_golden.h"

namespace clip::model {
namespace {

// The case of tools/goldens/timm_convolutional.py.
std::shared_ptr<Swin> Tiny() {
  SwinOptions swin;
  swin.image_size = 48;
  swin.embed_dim = 8;
  swin.depths = {2, 2, 2, 0};
  swin.heads = {1, 2, 4, 0};
  swin.window_size = 3;
  TimmTrunkOptions trunk;
  trunk.image_height = 48;
  trunk.image_width = 48;
  return std::make_shared<Swin>(swin, trunk, ParameterOptions());
}

TEST(SwinTest, GivesTimmsFeaturesAndGradients) {
  const auto trunk = Tiny();
  ExpectTrunkMatchesGolden(*trunk, "swin", {2, 3, 48, 48});
}

TEST(SwinTest, GivesTimmsIntermediates) {
  const auto trunk = Tiny();
  ExpectIntermediatesMatchGolden(*trunk, "swin", {2, 3, 48, 48});
}

TEST(SwinTest, HasTimmsGroups) {
  const auto trunk = Tiny();
  ExpectGroupsMatchGolden(*trunk, "swin");
}

TEST(SwinTest, SparesItsPositionTablesFromWeightDecay) {
  EXPECT_EQ(Tiny()->NoWeightDecay().size(), 6);
  EXPECT_THAT(Tiny()->NoWeightDecay(),
              ::testing::Contains(
                  "layers.1.blocks.0.attn.relative_position_bias_table"));
}

TEST(SwinTest, RefusesPicturesOfAnotherSize) {
  EXPECT_THROW(Tiny()->forward(HashedUniform("pixels", {1, 3, 48, 96})),
               c10::Error);
  TimmTrunkOptions trunk;
  trunk.image_height = 256;
  trunk.image_width = 256;
  EXPECT_THROW(Swin(SwinOptions(), trunk, {c10::kMeta}), c10::Error);
}

TEST(SwinModelsTest, HaveTimmsKeysAndShapes) {
  size_t checked = 0;
  for (const auto& [name, digest] :
       ReadGoldenLines("timm_convolutional/keys.txt")) {
    if (!HasSwinModel(name)) continue;
    ++checked;
    EXPECT_EQ(KeyDigest(*CreateSwinModel(name, {}, {c10::kMeta})), digest)
        << name;
  }
  EXPECT_EQ(checked, SwinModels().size());
}

}  // namespace
}  // namespace clip::model

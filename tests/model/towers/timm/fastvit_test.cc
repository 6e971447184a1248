#include "model/towers/timm/fastvit.h"

#include <gtest/gtest.h>

#include <memory>

#include "model/towers/timm/fastvit_models.h"
#include "tests/model/golden_tensors.h"
#include "tests/model/hashed_values.h"
#include "tests/model/towers/timm/trunk_golden.h"

namespace clip::model {
namespace {

// The cases of tools/goldens/timm_convolutional.py.
std::shared_ptr<FastVit> Tiny() {
  FastVitOptions fastvit;
  fastvit.depths = {1, 2, 1, 1, 0};
  fastvit.widths = {4, 8, 16, 32, 0};
  TimmTrunkOptions trunk;
  trunk.num_classes = 6;
  return std::make_shared<FastVit>(fastvit, trunk, ParameterOptions());
}

std::shared_ptr<FastVit> TinyLayerNorm() {
  FastVitOptions fastvit;
  fastvit.depths = {1, 1, 1, 1, 1};
  fastvit.widths = {4, 4, 8, 32, 32};
  fastvit.mlp_ratio = 2;
  fastvit.squeeze_excite = false;
  fastvit.layer_norm = true;
  fastvit.stem_scale_branch = false;
  return std::make_shared<FastVit>(fastvit, TimmTrunkOptions(),
                                   ParameterOptions());
}

// Without gradients the branches run as one convolution; both ways are
// compared.
TEST(FastVitTest, GivesTimmsFeaturesAndGradients) {
  const auto trunk = Tiny();
  ExpectTrunkMatchesGolden(*trunk, "fastvit", {2, 3, 64, 96});
}

TEST(FastVitTest, GivesTimmsFeaturesWithLayerNorm) {
  const auto trunk = TinyLayerNorm();
  ExpectTrunkMatchesGolden(*trunk, "fastvit_layer_norm", {2, 3, 72, 104});
}

TEST(FastVitTest, GivesTimmsIntermediates) {
  const auto trunk = Tiny();
  ExpectIntermediatesMatchGolden(*trunk, "fastvit", {2, 3, 64, 96});
}

TEST(FastVitTest, HasTimmsGroups) {
  const auto trunk = Tiny();
  ExpectGroupsMatchGolden(*trunk, "fastvit");
  const auto layer_norm = TinyLayerNorm();
  ExpectGroupsMatchGolden(*layer_norm, "fastvit_layer_norm");
}

TEST(FastVitModelsTest, HaveTimmsKeysAndShapes) {
  size_t checked = 0;
  for (const auto& [name, digest] :
       ReadGoldenLines("timm_convolutional/keys.txt")) {
    if (!HasFastVitModel(name)) continue;
    ++checked;
    EXPECT_EQ(KeyDigest(*CreateFastVitModel(name, {}, {c10::kMeta})), digest)
        << name;
  }
  EXPECT_EQ(checked, FastVitModels().size());
}

}  // namespace
}  // namespace clip::model

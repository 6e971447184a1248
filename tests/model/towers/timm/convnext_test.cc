#include "model/towers/timm/convnext.h"

#include <gtest/gtest.h>

#include <memory>

#include "model/towers/timm/convnext_models.h"
#include "tests/model/golden_tensors.h"
#include "tests/model/hashed_values.h"
#include "tests/model/towers/timm/trunk_golden.h"

namespace clip::model {
namespace {

// The cases of tools/goldens/timm_convolutional.py.
std::shared_ptr<ConvNext> Tiny() {
  const ConvNextOptions convnext = {{1, 1, 2, 1}, {8, 8, 12, 16}};
  return std::make_shared<ConvNext>(convnext, TimmTrunkOptions(),
                                    ParameterOptions());
}

std::shared_ptr<ConvNext> TinyClassifier() {
  const ConvNextOptions convnext = {{1, 2, 1, 1}, {4, 8, 8, 8}, 1e-2};
  TimmTrunkOptions trunk;
  trunk.num_classes = 6;
  return std::make_shared<ConvNext>(convnext, trunk, ParameterOptions());
}

TEST(ConvNextTest, GivesTimmsFeaturesAndGradients) {
  const auto trunk = Tiny();
  ExpectTrunkMatchesGolden(*trunk, "convnext", {2, 3, 40, 72});
}

TEST(ConvNextTest, GivesTimmsClassifierWithAnotherEpsilon) {
  const auto trunk = TinyClassifier();
  ExpectTrunkMatchesGolden(*trunk, "convnext_classifier", {2, 3, 32, 32});
}

TEST(ConvNextTest, GivesTimmsIntermediates) {
  const auto trunk = Tiny();
  ExpectIntermediatesMatchGolden(*trunk, "convnext", {2, 3, 40, 72});
}

TEST(ConvNextTest, StopsBehindTheLastStageThatIsWanted) {
  const auto trunk = Tiny();
  FillWithHashedValues(*trunk);
  TowerIntermediatesOptions options;
  options.indices = IntermediateIndices::List({1});
  options.stop_early = true;
  options.intermediates_only = true;
  const at::Tensor pixels =
      HashedUniform("pixels", {1, 3, 32, 32}).to(at::kFloat);
  const TowerIntermediates output =
      trunk->ForwardIntermediates(pixels, options);
  ASSERT_EQ(output.intermediates.size(), 1);
  EXPECT_EQ(output.intermediates[0].sizes(), at::IntArrayRef({1, 8, 4, 4}));
  EXPECT_FALSE(output.features.defined());
  options.intermediates_only = false;
  EXPECT_THROW(trunk->ForwardIntermediates(pixels, options), c10::Error);
}

TEST(ConvNextTest, GivesMapsOnly) {
  const auto trunk = Tiny();
  TowerIntermediatesOptions options;
  options.output_format = TowerIntermediatesOptions::Format::kNlc;
  EXPECT_THROW(trunk->ForwardIntermediates(
                   HashedUniform("pixels", {1, 3, 32, 32}), options),
               c10::Error);
}

TEST(ConvNextTest, HasTimmsGroups) {
  const auto trunk = Tiny();
  ExpectGroupsMatchGolden(*trunk, "convnext");
  const auto classifier = TinyClassifier();
  ExpectGroupsMatchGolden(*classifier, "convnext_classifier");
}

TEST(ConvNextTest, RefusesAnotherPool) {
  TimmTrunkOptions trunk;
  trunk.global_pool = "max";
  EXPECT_THROW(ConvNext(ConvNextOptions(), trunk, {c10::kMeta}), c10::Error);
}

TEST(ConvNextModelsTest, HaveTimmsKeysAndShapes) {
  size_t checked = 0;
  for (const auto& [name, digest] :
       ReadGoldenLines("timm_convolutional/keys.txt")) {
    if (!HasConvNextModel(name)) continue;
    ++checked;
    EXPECT_EQ(KeyDigest(*CreateConvNextModel(name, {}, {c10::kMeta})), digest)
        << name;
  }
  EXPECT_EQ(checked, ConvNextModels().size());
}

}  // namespace
}  // namespace clip::model

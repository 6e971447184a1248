#include "tests/model/towers/timm/transformer_golden.h"

#include <ATen/Parallel.h>
#include <c10/core/GradMode.h>
#include <gtest/gtest.h>

#include <cctype>
#include <vector>

#include "model/layers/inference_layer.h"
#include "model/towers/timm/create_timm_trunk.h"
#include "tests/model/golden_tensors.h"
#include "tests/model/hashed_values.h"
#include "tests/model/towers/timm/group_golden.h"

namespace clip::model {
namespace {

constexpr double kTolerance = 1e-5;
constexpr char kFolder[] = "timm_transformers/";

void ExpectNear(const at::Tensor& actual, const GoldenTensors& golden,
                const std::string& name) {
  EXPECT_LT(WorstTensorDifference(actual, golden.Get(name)), kTolerance)
      << name;
}

void ExpectGradients(TimmTrunk& trunk, const at::Tensor& pixels,
                     const GoldenTensors& golden) {
  trunk.zero_grad();
  const at::Tensor features = trunk.forward(pixels);
  ExpectNear(features, golden, "features");
  HashedLoss(features).backward();
  const at::Tensor expected = golden.Get("gradients").to(at::kDouble);
  const at::Tensor actual = GradientSummary(trunk);
  ASSERT_EQ(actual.sizes(), expected.sizes());
  // Projections may differ by a part of the gradient's own size.
  const at::Tensor scale = expected.select(1, 1).unsqueeze(1) + 1e-3;
  EXPECT_LT(((actual - expected).abs() / scale).max().item<double>(), 1e-4);
}

void ExpectIntermediates(TimmTrunk& trunk, const at::Tensor& pixels,
                         const GoldenTensors& golden) {
  TowerIntermediatesOptions options;
  options.normalize_intermediates = true;
  options.output_extra_tokens = true;
  const TowerIntermediates all = trunk.ForwardIntermediates(pixels, options);
  ASSERT_EQ(all.intermediates.size(), 2);
  for (size_t i = 0; i < all.intermediates.size(); ++i) {
    const std::string index = std::to_string(i);
    ExpectNear(all.intermediates[i], golden, "maps." + index);
    const bool has_prefix = golden.Has("prefix." + index);
    ASSERT_EQ(all.extra_tokens.size() > i, has_prefix);
    if (has_prefix) ExpectNear(all.extra_tokens[i], golden, "prefix." + index);
  }
  ExpectNear(all.features, golden, "features");
}

void ExpectStopsEarly(TimmTrunk& trunk, const at::Tensor& pixels,
                      const GoldenTensors& golden) {
  TowerIntermediatesOptions options;
  options.indices = IntermediateIndices::List({-2});
  options.stop_early = true;
  options.output_format = TowerIntermediatesOptions::Format::kNlc;
  TowerIntermediates output = trunk.ForwardIntermediates(pixels, options);
  ASSERT_EQ(output.intermediates.size(), 1);
  ExpectNear(output.intermediates[0], golden, "tokens.0");
  EXPECT_TRUE(output.extra_tokens.empty());
  ExpectNear(output.features, golden, "stopped");
  options.intermediates_only = true;
  output = trunk.ForwardIntermediates(pixels, options);
  EXPECT_EQ(output.intermediates.size(), 1);
  EXPECT_FALSE(output.features.defined());
}

}  // namespace

void ExpectTransformerMatchesGolden(TimmTrunk& trunk,
                                    const TimmTrunkOptions& options,
                                    const std::string& name) {
  SCOPED_TRACE(name);
  at::set_num_threads(1);
  const GoldenTensors golden(kFolder + name);
  const at::Tensor pixels =
      HashedUniform("pixels", {2, 3, options.image_height, options.image_width})
          .to(at::kFloat);
  FillWithHashedValues(trunk);
  trunk.eval();
  for (const bool grad_checkpointing : {false, true}) {
    SCOPED_TRACE(grad_checkpointing ? "with checkpointing" : "plain");
    trunk.SetGradCheckpointing(grad_checkpointing);
    ExpectGradients(trunk, pixels, golden);
  }
  {
    const at::NoGradGuard no_grad;
    ExpectNear(trunk.forward(pixels), golden, "features");
    ExpectIntermediates(trunk, pixels, golden);
    ExpectStopsEarly(trunk, pixels, golden);
  }
  ExpectGroups(trunk, golden.Get("groups"));
  PrepareForInference(trunk, InferenceOptions());
  const at::NoGradGuard no_grad;
  ExpectNear(trunk.forward(pixels), golden, "features");
}

size_t ExpectModelsHaveGoldenKeys(const std::string& file,
                                  const TimmTrunkOptions& options,
                                  bool (*has)(std::string_view name)) {
  size_t checked = 0;
  for (const auto& [name, digest] : ReadGoldenLines(kFolder + file)) {
    if (!has(name)) continue;
    ++checked;
    TimmTrunkOptions trunk = options;
    const std::string size = name.substr(name.rfind('_') + 1);
    if (std::isdigit(size[0]) != 0) {
      trunk.image_height = trunk.image_width = std::stoi(size);
    }
    EXPECT_EQ(KeyDigest(*CreateTimmTrunk(name, trunk, {c10::kMeta})), digest)
        << name;
  }
  return checked;
}

}  // namespace clip::model

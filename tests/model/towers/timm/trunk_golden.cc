#include "tests/model/towers/timm/trunk_golden.h"

#include <ATen/Parallel.h>
#include <ATen/ops/cat.h>
#include <c10/core/GradMode.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "model/layers/inference_layer.h"
#include "tests/model/golden_tensors.h"
#include "tests/model/hashed_values.h"
#include "tests/model/towers/timm/group_golden.h"

namespace clip::model {
namespace {

// AVX2 and AVX-512 add up in another order: 2.2e-5 has been seen.
constexpr double kTolerance = 5e-5;

GoldenTensors Golden(const std::string& name) {
  return GoldenTensors("timm_convolutional/" + name);
}

at::Tensor Pixels(at::IntArrayRef shape) {
  return HashedUniform("pixels", shape).to(at::kFloat);
}

// Projections may differ by a part of the gradient's own size. What is before a
// batch norm may have a gradient of nothing but rounding.
void ExpectGradients(const at::Tensor& actual, const at::Tensor& expected) {
  ASSERT_EQ(actual.sizes(), expected.sizes());
  const at::Tensor difference = (actual - expected.to(at::kDouble)).abs();
  const at::Tensor scale = expected.select(1, 1).unsqueeze(1) + 5e-2;
  EXPECT_LT((difference / scale).max().item<double>(), 2e-4);
}

void ExpectMode(TimmTrunk& trunk, const GoldenTensors& golden,
                const std::string& mode, const at::Tensor& pixels) {
  SCOPED_TRACE(mode);
  trunk.train(mode == "train");
  trunk.zero_grad();
  const at::Tensor features = trunk.forward(pixels);
  EXPECT_LT(WorstTensorDifference(features, golden.Get(mode + ".features")),
            kTolerance);
  HashedLoss(features).backward();
  ExpectGradients(GradientSummary(trunk), golden.Get(mode + ".gradients"));
}

at::Tensor Statistics(const TimmTrunk& trunk) {
  auto buffers = trunk.named_buffers().pairs();
  std::sort(buffers.begin(), buffers.end(),
            [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<at::Tensor> parts;
  for (const auto& [name, buffer] : buffers) {
    if (name.find("running") != std::string::npos) parts.push_back(buffer);
  }
  return at::cat(parts);
}

}  // namespace

void ExpectTrunkMatchesGolden(TimmTrunk& trunk, const std::string& name,
                              at::IntArrayRef pixel_shape) {
  at::set_num_threads(1);
  const GoldenTensors golden = Golden(name);
  const at::Tensor pixels = Pixels(pixel_shape);
  for (const bool grad_checkpointing : {false, true}) {
    SCOPED_TRACE(grad_checkpointing ? "with checkpointing" : "plain");
    FillWithHashedValues(trunk);
    trunk.SetGradCheckpointing(grad_checkpointing);
    ExpectMode(trunk, golden, "eval", pixels);
    if (!golden.Has("train.features")) continue;
    ExpectMode(trunk, golden, "train", pixels);
    // A recomputed block meets its batch, and so moves its statistics, twice.
    if (grad_checkpointing) continue;
    EXPECT_LT(WorstTensorDifference(Statistics(trunk),
                                    golden.Get("train.statistics")),
              kTolerance);
  }
  trunk.SetGradCheckpointing(false);
  FillWithHashedValues(trunk);
  trunk.eval();
  const at::NoGradGuard no_grad;
  const at::Tensor expected = golden.Get("eval.features");
  EXPECT_LT(WorstTensorDifference(trunk.forward(pixels), expected), kTolerance);
  PrepareForInference(trunk, InferenceOptions());
  EXPECT_LT(WorstTensorDifference(trunk.forward(pixels), expected), kTolerance);
}

void ExpectIntermediatesMatchGolden(TimmTrunk& trunk, const std::string& name,
                                    at::IntArrayRef pixel_shape) {
  at::set_num_threads(1);
  const at::NoGradGuard no_grad;
  const GoldenTensors golden = Golden(name);
  FillWithHashedValues(trunk);
  trunk.eval();
  TowerIntermediatesOptions options;
  options.normalize_intermediates = true;
  const TowerIntermediates output =
      trunk.ForwardIntermediates(Pixels(pixel_shape).narrow(0, 0, 1), options);
  for (size_t i = 0; i < output.intermediates.size(); ++i) {
    const at::Tensor expected =
        golden.Get("intermediates." + std::to_string(i));
    EXPECT_LT(WorstTensorDifference(output.intermediates[i], expected),
              kTolerance * (1 + expected.abs().max().item<double>()))
        << i;
  }
  EXPECT_FALSE(golden.Has("intermediates." +
                          std::to_string(output.intermediates.size())));
  EXPECT_LT(WorstTensorDifference(output.features,
                                  golden.Get("eval.features").narrow(0, 0, 1)),
            kTolerance);
}

void ExpectGroupsMatchGolden(TimmTrunk& trunk, const std::string& name) {
  ExpectGroups(trunk, Golden(name).Get("groups"));
}

}  // namespace clip::model

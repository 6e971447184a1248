#include "model/layers/device_kernels.h"

#include <ATen/ops/layer_norm.h>
#include <ATen/ops/linear.h>
#include <ATen/ops/randn.h>
#include <c10/core/GradMode.h>
#include <gtest/gtest.h>

#include <memory>

#include "model/layers/activate.h"
#include "model/layers/inference_layer.h"
#include "model/layers/residual_attention_block.h"

namespace clip::model {
namespace {

// Does on the CPU what a device's kernels do, and counts.
class CountingKernels final : public DeviceKernels {
 public:
  bool SuitsLinear(const at::Tensor& /*weight*/) const override {
    return suits;
  }
  at::Tensor Linear(const at::Tensor& x, const at::Tensor& weight,
                    const at::Tensor& bias,
                    const LinearEpilogue& epilogue) const override {
    ++products;
    at::Tensor y = at::linear(x, weight, bias);
    if (epilogue.activation) y = Activate(*epilogue.activation, y);
    return epilogue.residual.defined() ? y + epilogue.residual : y;
  }
  bool SuitsLayerNorm(const at::Tensor& /*x*/) const override { return suits; }
  at::Tensor LayerNorm(const at::Tensor& x, const at::Tensor& weight,
                       const at::Tensor& bias, double eps) const override {
    ++norms;
    return at::layer_norm(x, {x.size(-1)}, weight, bias, eps);
  }

  bool suits = true;
  mutable int products = 0;
  mutable int norms = 0;
};

class DeviceKernelsTest : public ::testing::Test {
 protected:
  DeviceKernelsTest() {
    for (auto& parameter : block_->parameters()) {
      parameter.copy_(at::randn(parameter.sizes()));
    }
    expected_ = block_->forward(x_, AttentionMask());
  }

  static TransformerConfig Config() {
    TransformerConfig config;
    config.width = 16;
    config.heads = 2;
    config.mlp_width = 32;
    return config;
  }

  // The block by `kernels`, against the block by LibTorch.
  double WorstDifferenceBy(const std::shared_ptr<CountingKernels>& kernels) {
    InferenceOptions options;
    options.kernels = kernels;
    PrepareForInference(*block_, options);
    const at::Tensor y = block_->forward(x_, AttentionMask());
    return (y - expected_).abs().max().item<double>();
  }

  const at::NoGradGuard no_grad_;
  ResidualAttentionBlock block_{Config(), ParameterOptions()};
  const at::Tensor x_ = at::randn({2, 5, 16});
  at::Tensor expected_;
};

TEST_F(DeviceKernelsTest, ComputeThePartsOfABlock) {
  const auto kernels = std::make_shared<CountingKernels>();
  EXPECT_LT(WorstDifferenceBy(kernels), 1e-3);
  EXPECT_EQ(kernels->products, 4);
  EXPECT_EQ(kernels->norms, 2);
}

TEST_F(DeviceKernelsTest, LeaveAloneWhatTheyDoNotSuit) {
  const auto kernels = std::make_shared<CountingKernels>();
  kernels->suits = false;
  EXPECT_LT(WorstDifferenceBy(kernels), 1e-3);
  EXPECT_EQ(kernels->products + kernels->norms, 0);
}

}  // namespace
}  // namespace clip::model

#include "model/layers/layer_norm.h"

#include <ATen/ops/tensor.h>
#include <gtest/gtest.h>

namespace clip::model {
namespace {

LayerNorm UnitNorm(int64_t width, double eps) {
  LayerNorm norm(width, eps, ParameterOptions());
  const at::NoGradGuard no_grad;
  norm->named_parameters()["weight"].fill_(1.0);
  norm->named_parameters()["bias"].fill_(0.0);
  return norm;
}

TEST(LayerNormTest, NormalizesTheLastDimension) {
  const at::Tensor y =
      UnitNorm(2, 1e-5)->forward(at::tensor({1.0F, 3.0F}).view({1, 2}));
  EXPECT_NEAR(y[0][0].item<float>(), -1.0, 1e-4);
  EXPECT_NEAR(y[0][1].item<float>(), 1.0, 1e-4);
}

TEST(LayerNormTest, AddsEpsToTheVariance) {
  const at::Tensor y =
      UnitNorm(2, 3.0)->forward(at::tensor({1.0F, 3.0F}).view({1, 2}));
  EXPECT_NEAR(y[0][1].item<float>(), 0.5, 1e-6);
}

TEST(LayerNormTest, ComputesHalfPrecisionInFloat32AndCastsBack) {
  // The squares of these values overflow float16.
  const at::Tensor x = at::tensor({1000.0F, 3000.0F}).to(at::kHalf);
  const at::Tensor y = UnitNorm(2, 1e-5)->forward(x.view({1, 2}));
  EXPECT_EQ(y.scalar_type(), at::kHalf);
  EXPECT_EQ(y[0][1].item<float>(), 1.0F);
}

}  // namespace
}  // namespace clip::model

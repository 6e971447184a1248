#include "model/layers/packed_linear.h"

#include <ATen/ops/isfinite.h>
#include <ATen/ops/linear.h>
#include <ATen/ops/randn.h>
#include <c10/core/GradMode.h>
#include <gtest/gtest.h>

#include <limits>
#include <vector>

#include "model/layers/activate.h"
#include "model/layers/cpu_features.h"
#include "model/layers/linear.h"
#include "model/layers/widened_linear.h"

namespace clip::model {
namespace {

constexpr int64_t kIn = 96;
constexpr int64_t kOut = 160;

double WorstShare(const at::Tensor& actual, const at::Tensor& expected) {
  return ((actual.to(at::kFloat) - expected).abs().max() / expected.abs().max())
      .item<double>();
}

class PackedLinearTest : public ::testing::Test {
 protected:
  // Every epilogue of a packed weight against the plain operators in float32,
  // as a part of the largest value.
  void ExpectNear(const InferenceOptions& options, at::ScalarType dtype,
                  double tolerance) {
    const auto packed = PackLinear(weight_.to(dtype), options);
    ASSERT_NE(packed, nullptr);
    const at::Tensor x = x_.to(dtype);
    const at::Tensor bias = bias_.to(dtype);
    const at::Tensor y = at::linear(x_, weight_, bias_);
    EXPECT_LT(WorstShare(packed->Forward(x, bias, {}), y), tolerance);
    EXPECT_EQ(packed->Forward(x, bias, {}).scalar_type(), dtype);
    EXPECT_LT(WorstShare(packed->Forward(x, {}, {}), y - bias_), tolerance);
    EXPECT_LT(WorstShare(packed->Forward(x, bias, {{}, residual_.to(dtype)}),
                         y + residual_),
              tolerance);
    for (const Activation activation :
         {Activation::kGelu, Activation::kGeluTanh, Activation::kQuickGelu}) {
      const at::Tensor activated = Activate(activation, y);
      EXPECT_LT(
          WorstShare(packed->Forward(x, bias, {activation, {}}), activated),
          tolerance);
      EXPECT_LT(WorstShare(
                    packed->Forward(x, bias, {activation, residual_.to(dtype)}),
                    activated + residual_),
                tolerance);
    }
  }

  const at::NoGradGuard no_grad_;
  const at::Tensor x_ = at::randn({2, 5, kIn});
  const at::Tensor weight_ = at::randn({kOut, kIn});
  const at::Tensor bias_ = at::randn({kOut});
  const at::Tensor residual_ = at::randn({2, 5, kOut});
};

TEST_F(PackedLinearTest, GivesTheSameInFloat32) {
  ExpectNear({}, at::kFloat, 1e-5);
}

TEST_F(PackedLinearTest, IsNearInBfloat16) {
  ExpectNear({}, at::kBFloat16, 2e-2);
}

TEST_F(PackedLinearTest, IsNearInFloat16) { ExpectNear({}, at::kHalf, 2e-3); }

// What a product in float32, rounded once, gives: 16-bit sums would be off by
// far more than the last bit.
TEST_F(PackedLinearTest, RoundsSixteenBitsOnce) {
  for (const at::ScalarType dtype : {at::kBFloat16, at::kHalf}) {
    const WidenedLinear widened(weight_.to(dtype));
    const at::Tensor x = x_.to(dtype);
    const at::Tensor bias = bias_.to(dtype);
    const at::Tensor exact =
        at::linear(x.to(at::kDouble), weight_.to(dtype).to(at::kDouble),
                   bias.to(at::kDouble));
    const at::Tensor y = widened.Forward(x, bias, {});
    const at::Tensor off = (y.to(at::kDouble) - exact).abs();
    const double half_a_bit = dtype == at::kHalf ? 0x1p-11 : 0x1p-8;
    EXPECT_TRUE(
        (off <= 1.01 * half_a_bit * exact.abs() + 1e-4).all().item<bool>());
  }
}

TEST_F(PackedLinearTest, IsNearInInt8) {
  if (!HasInt8Instructions()) return;
  InferenceOptions options;
  options.int8 = true;
  ExpectNear(options, at::kFloat, 3e-2);
  ExpectNear(options, at::kBFloat16, 4e-2);
}

TEST_F(PackedLinearTest, KeepsRowsApartInInt8) {
  if (!HasInt8Instructions()) return;
  InferenceOptions options;
  options.int8 = true;
  const auto packed = PackLinear(weight_, options);
  const at::Tensor alone = packed->Forward(x_.narrow(0, 0, 1), bias_, {});
  at::Tensor mixed = x_.clone();
  mixed[1].mul_(1000);
  mixed[1][0][0].fill_(std::numeric_limits<float>::quiet_NaN());
  const at::Tensor y = packed->Forward(mixed, bias_, {});
  EXPECT_LT((y[0] - alone[0]).abs().max().item<float>(), 1e-4);
  EXPECT_FALSE(at::isfinite(y[1][0]).any().item<bool>());
  EXPECT_TRUE(at::isfinite(y[1][1]).all().item<bool>());
}

TEST_F(PackedLinearTest, LeavesOtherTypesAlone) {
  EXPECT_EQ(PackLinear(weight_.to(at::kDouble), {}), nullptr);
  EXPECT_EQ(PackLinear(weight_.to(at::Device(at::kMeta), at::kFloat), {}),
            nullptr);
}

TEST_F(PackedLinearTest, FreesTheParameterAndKeepsItsName) {
  Linear linear(kIn, kOut, ParameterOptions());
  linear->weight().copy_(weight_);
  linear->bias().copy_(bias_);
  const at::Tensor expected = linear->forward(x_);
  PrepareForInference(*linear, InferenceOptions());
  EXPECT_LT(WorstShare(linear->forward(x_), expected), 1e-5);
  EXPECT_TRUE(linear->named_parameters().contains("weight"));
  EXPECT_EQ(linear->named_parameters()["weight"].numel(), 0);
}

}  // namespace
}  // namespace clip::model

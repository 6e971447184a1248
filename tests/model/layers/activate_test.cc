#include "model/layers/activate.h"

#include <ATen/ops/tensor.h>
#include <gtest/gtest.h>

namespace clip::model {
namespace {

float ActivateOne(Activation activation, float x) {
  return Activate(activation, at::tensor({x})).item<float>();
}

TEST(ActivateTest, TellsTheThreeActivationsApart) {
  // 2 Phi(2); its tanh approximation; 2 / (1 + exp(-3.404)).
  EXPECT_NEAR(ActivateOne(Activation::kGelu, 2.0F), 1.9544997, 1e-6);
  EXPECT_NEAR(ActivateOne(Activation::kGeluTanh, 2.0F), 1.9545977, 1e-6);
  EXPECT_NEAR(ActivateOne(Activation::kQuickGelu, 2.0F), 1.9356586, 1e-6);
}

TEST(ActivateTest, KeepsZeroAtZero) {
  for (const Activation activation :
       {Activation::kGelu, Activation::kGeluTanh, Activation::kQuickGelu}) {
    EXPECT_EQ(ActivateOne(activation, 0.0F), 0.0F);
  }
}

}  // namespace
}  // namespace clip::model

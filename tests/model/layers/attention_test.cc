#include "model/layers/attention.h"

#include <ATen/ops/randn.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>
#include <gtest/gtest.h>

#include <limits>

namespace clip::model {
namespace {

class AttentionTest : public ::testing::Test {
 protected:
  AttentionTest() {
    at::NoGradGuard no_grad;
    for (auto& parameter : attention_->parameters()) {
      // Values of order 1 come out, whose rounding the tests know.
      parameter.copy_(0.3 * at::randn(parameter.sizes()));
    }
  }

  static TransformerConfig Config() {
    TransformerConfig config;
    config.width = 8;
    config.heads = 2;
    return config;
  }

  Attention attention_{Config(), ParameterOptions()};
  const at::Tensor x_ = at::randn({2, 5, 8});
};

TEST_F(AttentionTest, CausalRowsIgnoreWhatFollows) {
  AttentionMask causal;
  causal.causal = true;
  const at::Tensor whole = attention_->forward(x_, causal);
  const at::Tensor cut = attention_->forward(x_.narrow(1, 0, 3), causal);
  EXPECT_LT((whole.narrow(1, 0, 3) - cut).abs().max().item<float>(), 1e-5);
}

TEST_F(AttentionTest, RowsSeeEverythingWithoutAMask) {
  const at::Tensor whole = attention_->forward(x_, AttentionMask());
  const at::Tensor cut =
      attention_->forward(x_.narrow(1, 0, 3), AttentionMask());
  EXPECT_GT((whole.narrow(1, 0, 3) - cut).abs().max().item<float>(), 1e-3);
}

TEST_F(AttentionTest, AdditiveMaskHidesKeys) {
  AttentionMask mask;
  mask.additive = at::zeros({2, 1, 5, 5});
  mask.additive.narrow(3, 3, 2).fill_(-std::numeric_limits<float>::infinity());
  const at::Tensor masked = attention_->forward(x_, mask);
  const at::Tensor cut =
      attention_->forward(x_.narrow(1, 0, 3), AttentionMask());
  EXPECT_LT((masked.narrow(1, 0, 3) - cut).abs().max().item<float>(), 1e-5);
}

TEST_F(AttentionTest, SomeTokensAreThoseOfAll) {
  const at::NoGradGuard no_grad;
  const at::Tensor residual = at::randn({3, 8});
  const at::Tensor tokens = at::tensor({0, 4, 7}, at::kLong);
  const at::Tensor all = attention_->forward(x_, AttentionMask());
  const at::Tensor some =
      attention_->ForwardTokens(x_, AttentionMask(), tokens, residual);
  const at::Tensor expected =
      residual + all.flatten(0, 1).index_select(0, tokens);
  EXPECT_LT((some - expected).abs().max().item<float>(), 1e-5);
}

}  // namespace
}  // namespace clip::model

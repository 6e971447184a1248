#include "model/layers/attend.h"

#include <ATen/ops/randn.h>
#include <ATen/ops/scaled_dot_product_attention.h>
#include <c10/core/GradMode.h>
#include <gtest/gtest.h>

#include <optional>
#include <vector>

namespace clip::model {
namespace {

AttendInputs Split(const at::Tensor& qkv, bool causal) {
  AttendInputs inputs;
  inputs.query = qkv.select(2, 0);
  inputs.key = qkv.select(2, 1);
  inputs.value = qkv.select(2, 2);
  inputs.causal = causal;
  return inputs;
}

at::Tensor ByLibTorch(const AttendInputs& inputs) {
  return at::scaled_dot_product_attention(
             inputs.query.to(at::kFloat).transpose(1, 2),
             inputs.key.to(at::kFloat).transpose(1, 2),
             inputs.value.to(at::kFloat).transpose(1, 2), std::nullopt, 0.0,
             inputs.causal)
      .transpose(1, 2)
      .flatten(2);
}

// Below, at and above the widths of vectors and of tiles of rows.
TEST(AttendTest, AgreesWithLibTorchForEveryLength) {
  const at::NoGradGuard no_grad;
  for (const int64_t length : {1, 2, 4, 15, 16, 17, 50, 77, 641}) {
    for (const int64_t width : {8, 16, 64, 80}) {
      const at::Tensor qkv = at::randn({2, length, 3, 3, width});
      for (const bool causal : {false, true}) {
        const AttendInputs inputs = Split(qkv, causal);
        const at::Tensor expected = ByLibTorch(inputs);
        EXPECT_LT((Attend(inputs) - expected).abs().max().item<float>(), 1e-5)
            << length << " tokens of " << width;
        const AttendInputs halves = Split(qkv.to(at::kBFloat16), causal);
        EXPECT_LT((Attend(halves).to(at::kFloat) - ByLibTorch(halves))
                      .abs()
                      .max()
                      .item<float>(),
                  3e-2)
            << length << " tokens of " << width << " in bfloat16";
      }
    }
  }
}

// By the kernel, and by LibTorch for a width that the kernel does not take.
TEST(AttendTest, PackedSequencesSeeOnlyThemselves) {
  const at::NoGradGuard no_grad;
  const std::vector<int64_t> starts = {0, 1, 18, 20, 41};
  for (const int64_t width : {8, 16}) {
    for (const auto dtype : {at::kFloat, at::kBFloat16}) {
      const at::Tensor qkv = at::randn({1, 45, 3, 3, width}).to(dtype);
      AttendInputs packed = Split(qkv, /*causal=*/true);
      packed.starts = starts;
      const at::Tensor output = Attend(packed);
      for (size_t i = 0; i + 1 < starts.size(); ++i) {
        const int64_t tokens = starts[i + 1] - starts[i];
        const at::Tensor expected =
            Attend(Split(qkv.narrow(1, starts[i], tokens), true));
        EXPECT_TRUE(output.narrow(1, starts[i], tokens).equal(expected)) << i;
      }
      EXPECT_TRUE(output.narrow(1, 41, 4).eq(0).all().item<bool>());
    }
  }
}

TEST(AttendTest, RecordsGradients) {
  const at::Tensor qkv = at::randn({1, 4, 3, 2, 16}).set_requires_grad(true);
  Attend(Split(qkv, false)).sum().backward();
  EXPECT_GT(qkv.grad().abs().max().item<float>(), 0.0F);
}

}  // namespace
}  // namespace clip::model

#include "model/layers/attend.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/randn.h>
#include <ATen/ops/scaled_dot_product_attention.h>
#include <ATen/ops/tensor.h>
#include <c10/core/GradMode.h>
#include <gtest/gtest.h>

#include <memory>
#include <numeric>
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

// first, first + 1 and so on, up to end.
std::vector<int64_t> Count(int64_t first, int64_t end) {
  std::vector<int64_t> numbers(end - first);
  std::iota(numbers.begin(), numbers.end(), first);
  return numbers;
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

// Of 45 tokens: one sequence of its own, two with a common beginning, one that
// another begins with, one that comes twice; three tokens belong to none.
std::shared_ptr<const PackedSequences> SomeSequences() {
  const std::vector<std::vector<int64_t>> sequences = {
      {0}, Count(1, 20), {1, 2, 3, 4, 5, 20, 21, 22}, {1, 2, 3}, Count(23, 42)};
  PackedSequences packed;
  packed.starts = {0};
  packed.shared = {0, 0, 5, 3, 0, 19};
  packed.used = 42;
  const auto add = [&](const std::vector<int64_t>& tokens) {
    packed.tokens.insert(packed.tokens.end(), tokens.begin(), tokens.end());
    packed.starts.push_back(static_cast<int64_t>(packed.tokens.size()));
  };
  for (const auto& tokens : sequences) add(tokens);
  add(sequences.back());
  return std::make_shared<PackedSequences>(packed);
}

// By the kernel, and by LibTorch for a width that the kernel does not take.
TEST(AttendTest, PackedSequencesSeeOnlyThemselves) {
  const at::NoGradGuard no_grad;
  const auto sequences = SomeSequences();
  for (const int64_t width : {8, 16}) {
    for (const auto dtype : {at::kFloat, at::kBFloat16}) {
      // Probabilities are rounded to the type, and their sums are of order 1.
      const double near = dtype == at::kFloat ? 1e-5 : 1e-2;
      const at::Tensor qkv = at::randn({1, 45, 3, 3, width}).to(dtype);
      AttendInputs packed = Split(qkv, /*causal=*/true);
      packed.packed = sequences;
      const at::Tensor output = Attend(packed);
      for (size_t i = 0; i < sequences->shared.size(); ++i) {
        const at::Tensor tokens = at::tensor(
            std::vector<int64_t>(
                sequences->tokens.begin() + sequences->starts[i],
                sequences->tokens.begin() + sequences->starts[i + 1]),
            at::kLong);
        const at::Tensor expected =
            Attend(Split(qkv.index_select(1, tokens), true));
        EXPECT_TRUE(output.index_select(1, tokens)
                        .to(at::kFloat)
                        .allclose(expected.to(at::kFloat), near, near))
            << i;
      }
      EXPECT_TRUE(output.narrow(1, 42, 3).eq(0).all().item<bool>());
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

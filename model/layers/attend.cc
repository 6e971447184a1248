#include "model/layers/attend.h"

#include <ATen/ops/empty.h>
#include <ATen/ops/scaled_dot_product_attention.h>
#include <ATen/ops/tensor.h>
#include <c10/core/GradMode.h>

#include <algorithm>
#include <optional>
#include <vector>

#include "model/layers/attention_kernel.h"
#include "model/layers/parallel_rows.h"
#include "model/layers/widen.h"

namespace clip::model {
namespace {

// One sequence: in row `row`, or with the row of each token.
struct Sequence {
  int64_t row = 0;
  int64_t tokens = 0;
  const int64_t* rows = nullptr;
  // The first token that no earlier sequence has.
  int64_t first = 0;
};

int64_t CountSequences(const AttendInputs& inputs) {
  return inputs.packed == nullptr
             ? inputs.query.size(0)
             : static_cast<int64_t>(inputs.packed->shared.size());
}

Sequence SequenceAt(const AttendInputs& inputs, int64_t index) {
  if (inputs.packed == nullptr) return {index, inputs.query.size(1)};
  const PackedSequences& packed = *inputs.packed;
  const int64_t start = packed.starts[index];
  return {0, packed.starts[index + 1] - start, packed.tokens.data() + start,
          packed.shared[index]};
}

int64_t LongestOf(const AttendInputs& inputs) {
  int64_t longest = 0;
  for (int64_t i = 0; i < CountSequences(inputs); ++i) {
    longest = std::max(longest, SequenceAt(inputs, i).tokens);
  }
  return longest;
}

bool SuitsKernel(const AttendInputs& inputs) {
  const at::Tensor& query = inputs.query;
  const auto dtype = query.scalar_type();
  constexpr int64_t kWidthStep = 16;
  return query.is_cpu() && !c10::GradMode::is_enabled() &&
         (dtype == c10::kFloat || dtype == c10::kBFloat16) &&
         !inputs.bias.defined() && LongestOf(inputs) <= kMaxAttentionTokens &&
         query.size(3) <= kMaxHeadWidth && query.size(3) % kWidthStep == 0 &&
         query.stride(3) == 1 && inputs.key.stride(3) == 1 &&
         inputs.value.stride(3) == 1 && BestAttentionVectors().has_value();
}

// [N, L, heads * head width], with zeros for what belongs to no sequence.
at::Tensor EmptyOutput(const AttendInputs& inputs) {
  const at::Tensor& query = inputs.query;
  at::Tensor output =
      at::empty({query.size(0), query.size(1), query.size(2) * query.size(3)},
                query.options());
  if (inputs.packed != nullptr) {
    const int64_t used = inputs.packed->used;
    output.narrow(1, used, query.size(1) - used).zero_();
  }
  return output;
}

template <typename T>
at::Tensor AttendByKernel(const AttendInputs& inputs) {
  const at::Tensor& query = inputs.query;
  const int64_t heads = query.size(2);
  const int64_t width = query.size(3);
  const int64_t longest = LongestOf(inputs);
  AttentionHead<T> shared;
  shared.width = width;
  shared.causal = inputs.causal;
  shared.query_stride = query.stride(1);
  shared.key_stride = inputs.key.stride(1);
  shared.value_stride = inputs.value.stride(1);
  shared.output_stride = heads * width;
  at::Tensor output = EmptyOutput(inputs);
  // Where head `h` of a sequence begins.
  const auto start = [](const at::Tensor& x, const Sequence& sequence,
                        int64_t h) {
    return static_cast<T*>(x.data_ptr()) + sequence.row * x.stride(0) +
           h * x.stride(2);
  };
  const at::Tensor output_heads = output.view(query.sizes());
  const AttentionVectors vectors = *BestAttentionVectors();
  const int64_t work = longest * width;
  ParallelRows(
      CountSequences(inputs) * heads, work, [&](int64_t begin, int64_t end) {
        std::vector<float> scratch(AttentionScratchSize(longest, width));
        for (int64_t i = begin; i < end; ++i) {
          const Sequence sequence = SequenceAt(inputs, i / heads);
          const int64_t h = i % heads;
          AttentionHead<T> head = shared;
          head.tokens = sequence.tokens;
          head.rows = sequence.rows;
          head.first = sequence.first;
          head.query = start(query, sequence, h);
          head.key = start(inputs.key, sequence, h);
          head.value = start(inputs.value, sequence, h);
          head.output = start(output_heads, sequence, h);
          AttendHead(head, vectors, scratch.data());
        }
      });
  return output;
}

// One sequence after the other.
at::Tensor AttendPacked(const AttendInputs& inputs) {
  at::Tensor output = EmptyOutput(inputs);
  for (int64_t i = 0; i < CountSequences(inputs); ++i) {
    const Sequence sequence = SequenceAt(inputs, i);
    const std::vector<int64_t> rows(sequence.rows,
                                    sequence.rows + sequence.tokens);
    const at::Tensor tokens = at::tensor(rows, at::kLong);
    AttendInputs one;
    one.query = inputs.query.index_select(1, tokens);
    one.key = inputs.key.index_select(1, tokens);
    one.value = inputs.value.index_select(1, tokens);
    one.causal = inputs.causal;
    // Shared tokens are written again, with the same values.
    output.index_copy_(1, tokens, Attend(one));
  }
  return output;
}

// In float32, rounded once at the end.
at::Tensor AttendWidened(const AttendInputs& inputs) {
  AttendInputs wide = inputs;
  wide.query = Widen(inputs.query);
  wide.key = Widen(inputs.key);
  wide.value = Widen(inputs.value);
  return Attend(wide).to(inputs.query.scalar_type());
}

}  // namespace

at::Tensor Attend(const AttendInputs& inputs) {
  if (SuitsKernel(inputs)) {
    return inputs.query.scalar_type() == c10::kFloat
               ? AttendByKernel<float>(inputs)
               : AttendByKernel<uint16_t>(inputs);
  }
  if (IsWidened(inputs.query) && !c10::GradMode::is_enabled()) {
    return AttendWidened(inputs);
  }
  if (inputs.packed != nullptr) return AttendPacked(inputs);
  std::optional<at::Tensor> bias;
  if (inputs.bias.defined()) {
    bias = inputs.bias.to(inputs.query.scalar_type());
  }
  return at::scaled_dot_product_attention(inputs.query.transpose(1, 2),
                                          inputs.key.transpose(1, 2),
                                          inputs.value.transpose(1, 2), bias,
                                          /*dropout_p=*/0.0, inputs.causal)
      .transpose(1, 2)
      .flatten(2);
}

}  // namespace clip::model

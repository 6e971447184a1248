#include "model/layers/attend.h"

#include <ATen/ops/empty.h>
#include <ATen/ops/scaled_dot_product_attention.h>
#include <c10/core/GradMode.h>

#include <optional>
#include <vector>

#include "model/layers/attention_kernel.h"
#include "model/layers/cpu_features.h"
#include "model/layers/parallel_rows.h"
#include "model/layers/widen.h"

namespace clip::model {
namespace {

bool SuitsKernel(const AttendInputs& inputs) {
  const at::Tensor& query = inputs.query;
  const auto dtype = query.scalar_type();
  constexpr int64_t kWidthStep = 16;
  return query.is_cpu() && !c10::GradMode::is_enabled() &&
         (dtype == c10::kFloat || dtype == c10::kBFloat16) &&
         !inputs.bias.defined() && query.size(1) <= kMaxAttentionTokens &&
         query.size(3) <= kMaxHeadWidth && query.size(3) % kWidthStep == 0 &&
         query.stride(3) == 1 && inputs.key.stride(3) == 1 &&
         inputs.value.stride(3) == 1 && HasAvx512();
}

template <typename T>
at::Tensor AttendByKernel(const AttendInputs& inputs) {
  const at::Tensor& query = inputs.query;
  const int64_t heads = query.size(2);
  const int64_t width = query.size(3);
  AttentionHead<T> shared;
  shared.tokens = query.size(1);
  shared.width = width;
  shared.causal = inputs.causal;
  shared.query_stride = query.stride(1);
  shared.key_stride = inputs.key.stride(1);
  shared.value_stride = inputs.value.stride(1);
  shared.output_stride = heads * width;
  at::Tensor output =
      at::empty({query.size(0), shared.tokens, heads * width}, query.options());
  // Where head `h` of row `n` begins.
  const auto start = [](const at::Tensor& x, int64_t n, int64_t h) {
    return static_cast<T*>(x.data_ptr()) + n * x.stride(0) + h * x.stride(2);
  };
  auto* const out = static_cast<T*>(output.data_ptr());
  const int64_t work = shared.tokens * width;
  ParallelRows(query.size(0) * heads, work, [&](int64_t begin, int64_t end) {
    std::vector<float> scratch(AttentionScratchSize(shared.tokens, width));
    for (int64_t i = begin; i < end; ++i) {
      const int64_t n = i / heads;
      const int64_t h = i % heads;
      AttentionHead<T> head = shared;
      head.query = start(query, n, h);
      head.key = start(inputs.key, n, h);
      head.value = start(inputs.value, n, h);
      head.output = out + n * shared.tokens * heads * width + h * width;
      AttendHead(head, scratch.data());
    }
  });
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

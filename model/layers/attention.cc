#include "model/layers/attention.h"

#include <ATen/ops/empty.h>
#include <ATen/ops/linear.h>
#include <ATen/ops/scaled_dot_product_attention.h>

#include "model/layers/attend.h"

namespace clip::model {

AttentionImpl::AttentionImpl(const TransformerConfig& config,
                             const ParameterOptions& options,
                             bool is_cross_attention)
    : heads_(config.heads), is_cross_attention_(is_cross_attention) {
  const int64_t width = config.width;
  in_proj_weight_ = register_parameter(
      "in_proj_weight", at::empty({3 * width, width}, options.Matrix()));
  in_proj_bias_ = register_parameter("in_proj_bias",
                                     at::empty({3 * width}, options.Matrix()));
  out_proj_ = register_module("out_proj", Linear(width, width, options));
}

at::Tensor AttentionImpl::forward(const at::Tensor& x,
                                  const AttentionMask& mask,
                                  const at::Tensor& residual) {
  return out_proj_->ForwardAdd(AttendTokens(x, mask), residual);
}

at::Tensor AttentionImpl::ForwardTokens(const at::Tensor& x,
                                        const AttentionMask& mask,
                                        const at::Tensor& tokens,
                                        const at::Tensor& residual) {
  const at::Tensor mixed = AttendTokens(x, mask).flatten(0, 1);
  return out_proj_->ForwardAdd(mixed.index_select(0, tokens), residual);
}

at::Tensor AttentionImpl::AttendTokens(const at::Tensor& x,
                                       const AttentionMask& mask) const {
  const int64_t n = x.size(0);
  const int64_t length = x.size(1);
  const int64_t width = x.size(2);
  const at::Tensor qkv =
      ComputeLinear(packed_in_proj_.get(), in_proj_weight_, in_proj_bias_, x)
          .view({n, length, 3, heads_, width / heads_});
  AttendInputs inputs;
  inputs.query = qkv.select(2, 0);
  inputs.key = qkv.select(2, 1);
  inputs.value = qkv.select(2, 2);
  inputs.causal = mask.causal;
  inputs.bias = mask.additive;
  inputs.packed = mask.packed;
  return Attend(inputs);
}

void AttentionImpl::PrepareForInference(const InferenceOptions& options) {
  if (is_cross_attention_) return;
  packed_in_proj_ = PackParameter(in_proj_weight_, options);
}

at::Tensor AttentionImpl::ForwardCross(const at::Tensor& x,
                                       const at::Tensor& context) {
  const int64_t width = x.size(2);
  const at::Tensor query = at::linear(x, in_proj_weight_.narrow(0, 0, width),
                                      in_proj_bias_.narrow(0, 0, width));
  const auto keys_values =
      at::linear(context, in_proj_weight_.narrow(0, width, 2 * width),
                 in_proj_bias_.narrow(0, width, 2 * width))
          .chunk(2, -1);
  const at::Tensor heads = at::scaled_dot_product_attention(
      SplitHeads(query), SplitHeads(keys_values[0]),
      SplitHeads(keys_values[1]));
  return out_proj_->forward(heads.transpose(1, 2).reshape(x.sizes()));
}

at::Tensor AttentionImpl::SplitHeads(const at::Tensor& x) const {
  return x.reshape({x.size(0), x.size(1), heads_, x.size(2) / heads_})
      .transpose(1, 2);
}

}  // namespace clip::model

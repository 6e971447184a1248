#include "model/towers/hf/modernbert_layer.h"

#include <ATen/ops/cat.h>

#include <memory>

#include "model/layers/activate.h"
#include "model/towers/hf/multi_head_attention.h"

namespace clip::model {
namespace {

// Turns each pair of channels (i, i + half) by the angle of its position.
// [N, heads, L, head width] -> the same, in the type of its input
at::Tensor Rotate(const at::Tensor& x, const at::Tensor& rotation) {
  const at::Tensor floats = x.to(c10::kFloat);
  const auto halves = floats.chunk(2, /*dim=*/-1);
  const at::Tensor turned = at::cat({-halves[1], halves[0]}, -1);
  return (floats * rotation[0] + turned * rotation[1]).to(x.scalar_type());
}

}  // namespace

ModernBertLayerImpl::ModernBertLayerImpl(const HfModelConfig& config,
                                         bool is_first,
                                         const ParameterOptions& options)
    : heads_(config.num_attention_heads) {
  const int64_t width = config.hidden_size;
  const int64_t hidden = config.intermediate_size;
  const auto norm = [&] {
    return LayerNorm(width, config.layer_norm_eps, options,
                     /*has_bias=*/false);
  };
  const auto linear = [&](int64_t in, int64_t out) {
    return Linear(in, out, options, /*has_bias=*/false);
  };
  if (!is_first) attn_norm_ = register_module("attn_norm", norm());
  auto attn = register_module("attn", std::make_shared<torch::nn::Module>());
  wqkv_ = attn->register_module("Wqkv", linear(width, 3 * width));
  attn_wo_ = attn->register_module("Wo", linear(width, width));
  mlp_norm_ = register_module("mlp_norm", norm());
  auto mlp = register_module("mlp", std::make_shared<torch::nn::Module>());
  wi_ = mlp->register_module("Wi", linear(width, 2 * hidden));
  mlp_wo_ = mlp->register_module("Wo", linear(hidden, width));
}

at::Tensor ModernBertLayerImpl::Attend(const at::Tensor& x,
                                       const at::Tensor& mask,
                                       const at::Tensor& rotation) {
  const auto parts = wqkv_->forward(x).chunk(3, /*dim=*/-1);
  const QueryKeyValue heads = {Rotate(SplitHeads(parts[0], heads_), rotation),
                               Rotate(SplitHeads(parts[1], heads_), rotation),
                               SplitHeads(parts[2], heads_)};
  return attn_wo_->forward(AttendHeads(heads, mask));
}

at::Tensor ModernBertLayerImpl::forward(const at::Tensor& x,
                                        const at::Tensor& mask,
                                        const at::Tensor& rotation) {
  const at::Tensor normed = attn_norm_.is_empty() ? x : attn_norm_->forward(x);
  const at::Tensor y = x + Attend(normed, mask, rotation);
  const auto parts = wi_->forward(mlp_norm_->forward(y)).chunk(2, /*dim=*/-1);
  return y + mlp_wo_->forward(Activate(Activation::kGelu, parts[0]) * parts[1]);
}

}  // namespace clip::model

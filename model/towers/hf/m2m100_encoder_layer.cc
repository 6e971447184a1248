#include "model/towers/hf/m2m100_encoder_layer.h"

#include <ATen/ops/relu.h>

#include <memory>

#include "model/towers/hf/clamp_half.h"
#include "model/towers/hf/multi_head_attention.h"

namespace clip::model {

M2m100EncoderLayerImpl::M2m100EncoderLayerImpl(const HfModelConfig& config,
                                               const ParameterOptions& options)
    : heads_(config.num_attention_heads) {
  const int64_t width = config.hidden_size;
  const int64_t hidden = config.intermediate_size;
  const double eps = config.layer_norm_eps;
  auto attention =
      register_module("self_attn", std::make_shared<torch::nn::Module>());
  const auto project = [&](const char* name) {
    return attention->register_module(name, Linear(width, width, options));
  };
  k_proj_ = project("k_proj");
  v_proj_ = project("v_proj");
  q_proj_ = project("q_proj");
  out_proj_ = project("out_proj");
  self_attn_layer_norm_ =
      register_module("self_attn_layer_norm", LayerNorm(width, eps, options));
  fc1_ = register_module("fc1", Linear(width, hidden, options));
  fc2_ = register_module("fc2", Linear(hidden, width, options));
  final_layer_norm_ =
      register_module("final_layer_norm", LayerNorm(width, eps, options));
}

at::Tensor M2m100EncoderLayerImpl::forward(const at::Tensor& x,
                                           const at::Tensor& mask) {
  const at::Tensor normed = self_attn_layer_norm_->forward(x);
  const QueryKeyValue tokens = {q_proj_->forward(normed),
                                k_proj_->forward(normed),
                                v_proj_->forward(normed)};
  const at::Tensor y =
      x + out_proj_->forward(MultiHeadAttention(tokens, heads_, mask));
  const at::Tensor hidden =
      at::relu(fc1_->forward(final_layer_norm_->forward(y)));
  return ClampHalf(y + fc2_->forward(hidden));
}

}  // namespace clip::model

#include "model/towers/hf/mt5_block.h"

#include <memory>

#include "model/towers/hf/clamp_half.h"

namespace clip::model {

Mt5BlockImpl::Mt5BlockImpl(const HfModelConfig& config, bool is_first,
                           const ParameterOptions& options) {
  const int64_t width = config.hidden_size;
  const int64_t hidden = config.intermediate_size;
  const double eps = config.layer_norm_eps;
  auto layer = register_module("layer", std::make_shared<torch::nn::Module>());
  auto first =
      layer->register_module("0", std::make_shared<torch::nn::Module>());
  self_attention_ = first->register_module(
      "SelfAttention", Mt5Attention(config, is_first, options));
  attention_norm_ =
      first->register_module("layer_norm", RmsNorm(width, eps, options));
  auto second =
      layer->register_module("1", std::make_shared<torch::nn::Module>());
  auto mlp = second->register_module("DenseReluDense",
                                     std::make_shared<torch::nn::Module>());
  wi_0_ = mlp->register_module("wi_0", Linear(width, hidden, options, false));
  wi_1_ = mlp->register_module("wi_1", Linear(width, hidden, options, false));
  wo_ = mlp->register_module("wo", Linear(hidden, width, options, false));
  mlp_norm_ =
      second->register_module("layer_norm", RmsNorm(width, eps, options));
}

at::Tensor Mt5BlockImpl::forward(const at::Tensor& x, const at::Tensor& bias) {
  const at::Tensor y = ClampHalf(
      x + self_attention_->forward(attention_norm_->forward(x), bias));
  const at::Tensor normed = mlp_norm_->forward(y);
  const at::Tensor gate =
      wi_0_->ForwardActivated(normed, Activation::kGeluTanh);
  return ClampHalf(y + wo_->forward(gate * wi_1_->forward(normed)));
}

}  // namespace clip::model

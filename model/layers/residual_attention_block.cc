#include "model/layers/residual_attention_block.h"

namespace clip::model {

ResidualAttentionBlockImpl::ResidualAttentionBlockImpl(
    const TransformerConfig& config, const ParameterOptions& options,
    bool is_cross_attention) {
  const int64_t width = config.width;
  ln_1_ = register_module("ln_1", LayerNorm(width, config.norm_eps, options));
  if (is_cross_attention) {
    ln_1_kv_ =
        register_module("ln_1_kv", LayerNorm(width, config.norm_eps, options));
  }
  attn_ =
      register_module("attn", Attention(config, options, is_cross_attention));
  ln_2_ = register_module("ln_2", LayerNorm(width, config.norm_eps, options));
  mlp_ = register_module("mlp", Mlp(config, options));
  if (!config.ls_init_value.has_value()) return;
  const double init = *config.ls_init_value;
  ls_1_ = register_module("ls_1", LayerScale(width, init, options));
  ls_2_ = register_module("ls_2", LayerScale(width, init, options));
}

at::Tensor ResidualAttentionBlockImpl::forward(const at::Tensor& x,
                                               const AttentionMask& mask) {
  const at::Tensor normed = ln_1_->forward(x);
  if (ls_1_.is_empty()) return AddMlp(attn_->forward(normed, mask, x));
  return AddMlp(x + ls_1_->forward(attn_->forward(normed, mask)));
}

at::Tensor ResidualAttentionBlockImpl::ForwardTokens(const at::Tensor& x,
                                                     const AttentionMask& mask,
                                                     const at::Tensor& tokens) {
  const at::Tensor normed = ln_1_->forward(x);
  const at::Tensor residual = x.flatten(0, 1).index_select(0, tokens);
  if (ls_1_.is_empty()) {
    return AddMlp(attn_->ForwardTokens(normed, mask, tokens, residual));
  }
  return AddMlp(residual +
                ls_1_->forward(attn_->ForwardTokens(normed, mask, tokens)));
}

at::Tensor ResidualAttentionBlockImpl::ForwardCross(const at::Tensor& x,
                                                    const at::Tensor& context) {
  at::Tensor attended =
      attn_->ForwardCross(ln_1_->forward(x), ln_1_kv_->forward(context));
  if (!ls_1_.is_empty()) attended = ls_1_->forward(attended);
  return AddMlp(x + attended);
}

at::Tensor ResidualAttentionBlockImpl::AddMlp(const at::Tensor& middle) {
  const at::Tensor normed = ln_2_->forward(middle);
  if (ls_2_.is_empty()) return mlp_->forward(normed, middle);
  return middle + ls_2_->forward(mlp_->forward(normed));
}

}  // namespace clip::model

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
  attn_ = register_module("attn", Attention(config, options));
  ln_2_ = register_module("ln_2", LayerNorm(width, config.norm_eps, options));
  mlp_ = register_module("mlp", Mlp(config, options));
  if (!config.ls_init_value.has_value()) return;
  const double init = *config.ls_init_value;
  ls_1_ = register_module("ls_1", LayerScale(width, init, options));
  ls_2_ = register_module("ls_2", LayerScale(width, init, options));
}

at::Tensor ResidualAttentionBlockImpl::forward(const at::Tensor& x,
                                               const AttentionMask& mask) {
  return AddTo(x, attn_->forward(ln_1_->forward(x), mask));
}

at::Tensor ResidualAttentionBlockImpl::ForwardCross(const at::Tensor& x,
                                                    const at::Tensor& context) {
  return AddTo(
      x, attn_->ForwardCross(ln_1_->forward(x), ln_1_kv_->forward(context)));
}

at::Tensor ResidualAttentionBlockImpl::AddTo(const at::Tensor& x,
                                             at::Tensor attended) {
  if (!ls_1_.is_empty()) attended = ls_1_->forward(attended);
  const at::Tensor middle = x + attended;
  at::Tensor mixed = mlp_->forward(ln_2_->forward(middle));
  if (!ls_2_.is_empty()) mixed = ls_2_->forward(mixed);
  return middle + mixed;
}

}  // namespace clip::model

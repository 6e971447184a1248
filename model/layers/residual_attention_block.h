#ifndef MODEL_LAYERS_RESIDUAL_ATTENTION_BLOCK_H_
#define MODEL_LAYERS_RESIDUAL_ATTENTION_BLOCK_H_

#include <ATen/core/TensorBody.h>
#include <torch/nn/module.h>
#include <torch/nn/pimpl.h>

#include "model/config/transformer_config.h"
#include "model/layers/attention.h"
#include "model/layers/layer_norm.h"
#include "model/layers/layer_scale.h"
#include "model/layers/mlp.h"
#include "model/layers/parameter_options.h"

namespace clip::model {

// One pre-norm block: attention and MLP, each added to its input. Keys:
// ln_1.*, attn.*, ln_2.*, mlp.*, with layer scale ls_1.gamma and ls_2.gamma,
// and with cross attention ln_1_kv.*.
class ResidualAttentionBlockImpl : public torch::nn::Module {
 public:
  ResidualAttentionBlockImpl(const TransformerConfig& config,
                             const ParameterOptions& options,
                             bool is_cross_attention = false);

  // [N, L, width] -> [N, L, width]
  at::Tensor forward(const at::Tensor& x, const AttentionMask& mask);

  // The block's result for some tokens only: `tokens` [M] counts through all
  // rows. [N, L, width] -> [M, width]
  at::Tensor ForwardTokens(const at::Tensor& x, const AttentionMask& mask,
                           const at::Tensor& tokens);

  // With cross attention, where `context` gives keys and values:
  // [N, L, width], [N, M, width] -> [N, L, width]
  at::Tensor ForwardCross(const at::Tensor& x, const at::Tensor& context);

 private:
  // x + what attention made of it -> the block's result.
  at::Tensor AddMlp(const at::Tensor& middle);

  LayerNorm ln_1_ = nullptr;
  // Empty without cross attention.
  LayerNorm ln_1_kv_ = nullptr;
  Attention attn_ = nullptr;
  LayerNorm ln_2_ = nullptr;
  Mlp mlp_ = nullptr;
  // Empty without layer scale.
  LayerScale ls_1_ = nullptr;
  LayerScale ls_2_ = nullptr;
};
TORCH_MODULE(ResidualAttentionBlock);

}  // namespace clip::model

#endif  // MODEL_LAYERS_RESIDUAL_ATTENTION_BLOCK_H_

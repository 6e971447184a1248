#include "model/towers/timm/attention_block.h"

namespace clip::model {

AttentionBlock::AttentionBlock(const FastVitBlockOptions& block,
                               const ParameterOptions& options) {
  const int64_t channels = block.channels;
  if (block.layer_norm) {
    layer_norm_ =
        register_module("norm", LayerNorm2d(channels, /*eps=*/1e-5, options));
  } else {
    batch_norm_ = register_module("norm", BatchNorm2d(channels, options));
  }
  token_mixer_ =
      register_module("token_mixer", FastVitAttention(channels, options));
  layer_scale_1_ =
      register_module("layer_scale_1", ChannelScale(channels, options));
  mlp_ = register_module(
      "mlp", ConvMlp(channels, block.mlp_ratio * channels, options));
  layer_scale_2_ =
      register_module("layer_scale_2", ChannelScale(channels, options));
}

at::Tensor AttentionBlock::Normalize(const at::Tensor& x) {
  return layer_norm_.is_empty() ? batch_norm_->forward(x)
                                : layer_norm_->forward(x);
}

at::Tensor AttentionBlock::forward(const at::Tensor& x) {
  const at::Tensor y =
      x + layer_scale_1_->forward(token_mixer_->forward(Normalize(x)));
  return y + layer_scale_2_->forward(mlp_->forward(y));
}

}  // namespace clip::model

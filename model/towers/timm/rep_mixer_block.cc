#include "model/towers/timm/rep_mixer_block.h"

namespace clip::model {

RepMixerBlock::RepMixerBlock(const FastVitBlockOptions& block,
                             const ParameterOptions& options) {
  const int64_t channels = block.channels;
  token_mixer_ = register_module("token_mixer", RepMixer(channels, options));
  mlp_ = register_module(
      "mlp", ConvMlp(channels, block.mlp_ratio * channels, options));
  layer_scale_ =
      register_module("layer_scale", ChannelScale(channels, options));
}

at::Tensor RepMixerBlock::forward(const at::Tensor& x) {
  const at::Tensor y = token_mixer_->forward(x);
  return y + layer_scale_->forward(mlp_->forward(y));
}

}  // namespace clip::model

#ifndef MODEL_TOWERS_TIMM_ATTENTION_BLOCK_H_
#define MODEL_TOWERS_TIMM_ATTENTION_BLOCK_H_

#include <ATen/core/TensorBody.h>

#include "model/layers/batch_norm2d.h"
#include "model/layers/layer_norm2d.h"
#include "model/layers/parameter_options.h"
#include "model/towers/timm/channel_scale.h"
#include "model/towers/timm/conv_mlp.h"
#include "model/towers/timm/fastvit_attention.h"
#include "model/towers/timm/fastvit_block.h"

namespace clip::model {

// FastViT's AttentionBlock. Keys: norm.*, token_mixer.*, layer_scale_1.gamma,
// mlp.*, layer_scale_2.gamma.
class AttentionBlock : public FastVitBlock {
 public:
  AttentionBlock(const FastVitBlockOptions& block,
                 const ParameterOptions& options);

  at::Tensor forward(const at::Tensor& x) override;

 private:
  at::Tensor Normalize(const at::Tensor& x);

  // One of the two.
  BatchNorm2d batch_norm_ = nullptr;
  LayerNorm2d layer_norm_ = nullptr;
  FastVitAttention token_mixer_ = nullptr;
  ChannelScale layer_scale_1_ = nullptr;
  ConvMlp mlp_ = nullptr;
  ChannelScale layer_scale_2_ = nullptr;
};

}  // namespace clip::model

#endif  // MODEL_TOWERS_TIMM_ATTENTION_BLOCK_H_

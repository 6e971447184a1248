#ifndef MODEL_TOWERS_TIMM_REP_MIXER_BLOCK_H_
#define MODEL_TOWERS_TIMM_REP_MIXER_BLOCK_H_

#include <ATen/core/TensorBody.h>

#include "model/layers/parameter_options.h"
#include "model/towers/timm/channel_scale.h"
#include "model/towers/timm/conv_mlp.h"
#include "model/towers/timm/fastvit_block.h"
#include "model/towers/timm/rep_mixer.h"

namespace clip::model {

// timm's RepMixerBlock. Keys: token_mixer.*, mlp.*, layer_scale.gamma.
class RepMixerBlock : public FastVitBlock {
 public:
  RepMixerBlock(const FastVitBlockOptions& block,
                const ParameterOptions& options);

  at::Tensor forward(const at::Tensor& x) override;

 private:
  RepMixer token_mixer_ = nullptr;
  ConvMlp mlp_ = nullptr;
  ChannelScale layer_scale_ = nullptr;
};

}  // namespace clip::model

#endif  // MODEL_TOWERS_TIMM_REP_MIXER_BLOCK_H_

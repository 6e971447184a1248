#ifndef MODEL_TOWERS_TIMM_REP_MIXER_H_
#define MODEL_TOWERS_TIMM_REP_MIXER_H_

#include <ATen/core/TensorBody.h>
#include <torch/nn/module.h>
#include <torch/nn/pimpl.h>

#include "model/layers/convolution_weights.h"
#include "model/layers/parameter_options.h"
#include "model/towers/timm/channel_scale.h"
#include "model/towers/timm/mobile_one_block.h"

namespace clip::model {

// FastViT's RepMixer: x + scale * (mixer(x) - norm(x)) with depthwise
// convolutions of 3 pixels. Outside training it runs as one of them. Keys:
// norm.*, mixer.*, layer_scale.gamma.
class RepMixerImpl : public torch::nn::Module {
 public:
  RepMixerImpl(int64_t channels, const ParameterOptions& options);

  // [N, channels, H, W] -> the same shape
  at::Tensor forward(const at::Tensor& x);

 private:
  ConvolutionWeights Fused() const;

  int64_t channels_;
  MobileOneBlock norm_ = nullptr;
  MobileOneBlock mixer_ = nullptr;
  ChannelScale layer_scale_ = nullptr;
};
TORCH_MODULE(RepMixer);

}  // namespace clip::model

#endif  // MODEL_TOWERS_TIMM_REP_MIXER_H_

#ifndef MODEL_TOWERS_TIMM_CHANNEL_SCALE_H_
#define MODEL_TOWERS_TIMM_CHANNEL_SCALE_H_

#include <ATen/core/TensorBody.h>
#include <torch/nn/module.h>
#include <torch/nn/pimpl.h>

#include "model/layers/parameter_options.h"

namespace clip::model {

// FastViT's LayerScale2d. Key: gamma [channels, 1, 1], float32.
class ChannelScaleImpl : public torch::nn::Module {
 public:
  ChannelScaleImpl(int64_t channels, const ParameterOptions& options);

  // [N, channels, H, W] -> the same shape and type
  at::Tensor forward(const at::Tensor& x) const;

  const at::Tensor& gamma() const { return gamma_; }

 private:
  at::Tensor gamma_;
};
TORCH_MODULE(ChannelScale);

}  // namespace clip::model

#endif  // MODEL_TOWERS_TIMM_CHANNEL_SCALE_H_

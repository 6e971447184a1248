#ifndef MODEL_TOWERS_TIMM_LARGE_KERNEL_CONV_H_
#define MODEL_TOWERS_TIMM_LARGE_KERNEL_CONV_H_

#include <ATen/core/TensorBody.h>
#include <torch/nn/module.h>
#include <torch/nn/pimpl.h>

#include "model/layers/parameter_options.h"
#include "model/towers/timm/conv_norm.h"
#include "model/towers/timm/squeeze_excite.h"

namespace clip::model {

// timm's ReparamLargeKernelConv as FastViT downsamples with it: depthwise
// convolutions of 7 and of 3 pixels with stride 2, added, then
// squeeze-and-excite and GELU. Outside training it runs as one convolution.
// Keys: large_conv.*, small_conv.*, se.*.
class LargeKernelConvImpl : public torch::nn::Module {
 public:
  LargeKernelConvImpl(int64_t in_channels, int64_t out_channels,
                      bool squeeze_excite, const ParameterOptions& options);

  // [N, in, H, W] -> [N, out, H / 2, W / 2], rounded up
  at::Tensor forward(const at::Tensor& x);

 private:
  int64_t groups_;
  ConvNorm large_conv_ = nullptr;
  ConvNorm small_conv_ = nullptr;
  // Empty where the layer has none.
  SqueezeExcite se_ = nullptr;
};
TORCH_MODULE(LargeKernelConv);

}  // namespace clip::model

#endif  // MODEL_TOWERS_TIMM_LARGE_KERNEL_CONV_H_

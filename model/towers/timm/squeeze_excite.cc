#include "model/towers/timm/squeeze_excite.h"

#include <ATen/ops/relu.h>
#include <ATen/ops/sigmoid.h>

#include "model/layers/convolution_weights.h"

namespace clip::model {

SqueezeExciteImpl::SqueezeExciteImpl(int64_t channels, int64_t reduced_channels,
                                     const ParameterOptions& options) {
  Conv2dOptions conv;
  conv.in_channels = channels;
  conv.out_channels = reduced_channels;
  conv.bias = true;
  fc1_ = register_module("fc1", Conv2d(conv, options));
  conv.in_channels = reduced_channels;
  conv.out_channels = channels;
  fc2_ = register_module("fc2", Conv2d(conv, options));
}

at::Tensor SqueezeExciteImpl::forward(const at::Tensor& x) {
  const at::Tensor means = x.mean(/*dim=*/{2, 3}, /*keepdim=*/true);
  return x * at::sigmoid(Convolve(at::relu(Convolve(means, fc1_)), fc2_));
}

}  // namespace clip::model

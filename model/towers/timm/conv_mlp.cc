#include "model/towers/timm/conv_mlp.h"

namespace clip::model {

ConvMlpImpl::ConvMlpImpl(int64_t channels, int64_t hidden_channels,
                         const ParameterOptions& options) {
  Conv2dOptions spatial;
  spatial.in_channels = channels;
  spatial.out_channels = channels;
  spatial.kernel_size = 7;
  spatial.padding = 3;
  spatial.groups = channels;
  conv_ = register_module("conv", ConvNorm(spatial, options));
  Conv2dOptions pixel;
  pixel.bias = true;
  pixel.in_channels = channels;
  pixel.out_channels = hidden_channels;
  fc1_ = register_module("fc1", Conv2d(pixel, options));
  pixel.in_channels = hidden_channels;
  pixel.out_channels = channels;
  fc2_ = register_module("fc2", Conv2d(pixel, options));
}

at::Tensor ConvMlpImpl::forward(const at::Tensor& x) {
  const at::Tensor pixels = conv_->forward(x).permute({0, 2, 3, 1});
  const at::Tensor hidden = fc1_->ForwardCells(pixels, {Activation::kGelu, {}});
  return fc2_->ForwardCells(hidden).permute({0, 3, 1, 2});
}

void ConvMlpImpl::PrepareForInference(const InferenceOptions& options) {
  fc1_->PackCells(options);
  fc2_->PackCells(options);
}

}  // namespace clip::model

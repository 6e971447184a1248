#include "model/towers/timm/rep_mixer.h"

namespace clip::model {
namespace {

constexpr int64_t kMixerKernelSize = 3;

MobileOneOptions DepthwiseBranches(int64_t channels) {
  MobileOneOptions block;
  block.in_channels = channels;
  block.out_channels = channels;
  block.kernel_size = kMixerKernelSize;
  block.depthwise = true;
  block.activation = false;
  return block;
}

}  // namespace

RepMixerImpl::RepMixerImpl(int64_t channels, const ParameterOptions& options)
    : channels_(channels) {
  MobileOneOptions norm = DepthwiseBranches(channels);
  norm.conv_branch = false;
  norm.scale_branch = false;
  norm_ = register_module("norm", MobileOneBlock(norm, options));
  mixer_ = register_module(
      "mixer", MobileOneBlock(DepthwiseBranches(channels), options));
  layer_scale_ =
      register_module("layer_scale", ChannelScale(channels, options));
}

at::Tensor RepMixerImpl::forward(const at::Tensor& x) {
  if (MayFuse(*this)) return x + Convolve(x, Fused(), 1, channels_);
  return x + layer_scale_->forward(mixer_->forward(x) - norm_->forward(x));
}

ConvolutionWeights RepMixerImpl::Fused() const {
  const ConvolutionWeights mixer = mixer_->Fused();
  const ConvolutionWeights norm = norm_->Fused();
  const at::Tensor& gamma = layer_scale_->gamma();
  return {gamma.unsqueeze(-1) * (mixer.weight - norm.weight),
          gamma.flatten() * (mixer.bias - norm.bias)};
}

}  // namespace clip::model

#include "model/towers/timm/mobile_one_block.h"

#include <algorithm>
#include <memory>
#include <vector>

#include "model/layers/activate.h"

namespace clip::model {
namespace {

Conv2dOptions Convolution(const MobileOneOptions& block, int64_t kernel_size) {
  Conv2dOptions conv;
  conv.in_channels = block.in_channels;
  conv.out_channels = block.out_channels;
  conv.kernel_size = kernel_size;
  conv.stride = block.stride;
  conv.padding = kernel_size / 2;
  conv.groups = block.depthwise ? block.in_channels : 1;
  return conv;
}

// timm's rule for its default ratio of 1 / 16, rounded to whole channels.
int64_t SixteenthOfChannels(int64_t channels) {
  return std::max<int64_t>(1, (channels + 8) / 16);
}

}  // namespace

MobileOneBlockImpl::MobileOneBlockImpl(const MobileOneOptions& block,
                                       const ParameterOptions& options)
    : block_(block) {
  if (block.squeeze_excite) {
    se_ = register_module(
        "se", SqueezeExcite(block.out_channels,
                            SixteenthOfChannels(block.out_channels), options));
  }
  if (block.in_channels == block.out_channels && block.stride == 1) {
    identity_ =
        register_module("identity", BatchNorm2d(block.in_channels, options));
  }
  if (block.conv_branch) {
    auto branches =
        register_module("conv_kxk", std::make_shared<torch::nn::Module>());
    conv_kxk_ = branches->register_module(
        "0", ConvNorm(Convolution(block, block.kernel_size), options));
  }
  if (block.scale_branch && block.kernel_size > 1) {
    conv_scale_ =
        register_module("conv_scale", ConvNorm(Convolution(block, 1), options));
  }
}

at::Tensor MobileOneBlockImpl::forward(const at::Tensor& x) {
  at::Tensor y = MayFuse(*this)
                     ? Convolve(x, Fused(), block_.stride,
                                block_.depthwise ? block_.in_channels : 1)
                     : SumOfBranches(x);
  if (!se_.is_empty()) y = se_->forward(y);
  return block_.activation ? Activate(Activation::kGelu, y) : y;
}

at::Tensor MobileOneBlockImpl::SumOfBranches(const at::Tensor& x) {
  at::Tensor sum;
  const auto add = [&sum](const at::Tensor& y) {
    sum = sum.defined() ? sum + y : y;
  };
  if (!conv_scale_.is_empty()) add(conv_scale_->forward(x));
  if (!identity_.is_empty()) add(identity_->forward(x));
  if (!conv_kxk_.is_empty()) add(conv_kxk_->forward(x));
  return sum;
}

ConvolutionWeights MobileOneBlockImpl::Fused() const {
  std::vector<ConvolutionWeights> branches;
  if (!conv_scale_.is_empty()) {
    branches.push_back(PadKernel(conv_scale_->Fused(), block_.kernel_size));
  }
  if (!identity_.is_empty()) {
    branches.push_back(
        FuseIdentity(identity_, block_.kernel_size, block_.depthwise));
  }
  if (!conv_kxk_.is_empty()) branches.push_back(conv_kxk_->Fused());
  ConvolutionWeights sum = branches.front();
  for (size_t i = 1; i < branches.size(); ++i) sum = Add(sum, branches[i]);
  return sum;
}

}  // namespace clip::model

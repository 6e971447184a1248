#include "model/towers/timm/mb_conv_ln_block.h"

#include <ATen/ops/avg_pool2d.h>
#include <ATen/ops/gelu.h>

#include <memory>

namespace clip::model::timm {
namespace {

constexpr double kNormEps = 1e-6;

// Holds children under a name without adding any computation.
class Downsample2d : public torch::nn::Module {};

Conv2dOptions Pointwise(int64_t in_channels, int64_t out_channels) {
  Conv2dOptions conv;
  conv.in_channels = in_channels;
  conv.out_channels = out_channels;
  conv.bias = true;
  return conv;
}

Conv2dOptions Depthwise(int64_t channels, int64_t stride) {
  Conv2dOptions conv = Pointwise(channels, channels);
  conv.kernel_size = 3;
  conv.stride = stride;
  conv.padding = 1;
  conv.groups = channels;
  return conv;
}

}  // namespace

MbConvLnBlockImpl::MbConvLnBlockImpl(int64_t in_channels, int64_t out_channels,
                                     int64_t stride,
                                     const ParameterOptions& options)
    : stride_(stride) {
  constexpr int64_t kExpandRatio = 4;
  const int64_t middle = kExpandRatio * out_channels;
  if (in_channels != out_channels) {
    auto shortcut =
        register_module("shortcut", std::make_shared<Downsample2d>());
    expand_ = shortcut->register_module(
        "expand", Conv2d(Pointwise(in_channels, out_channels), options));
  }
  pre_norm_ =
      register_module("pre_norm", LayerNorm2d(in_channels, kNormEps, options));
  conv1_1x1_ = register_module("conv1_1x1",
                               Conv2d(Pointwise(in_channels, middle), options));
  conv2_kxk_ =
      register_module("conv2_kxk", Conv2d(Depthwise(middle, stride), options));
  conv3_1x1_ = register_module(
      "conv3_1x1", Conv2d(Pointwise(middle, out_channels), options));
}

at::Tensor MbConvLnBlockImpl::forward(const at::Tensor& x) {
  const at::Tensor wide = at::gelu(conv1_1x1_->forward(pre_norm_->forward(x)));
  const at::Tensor mixed = at::gelu(conv2_kxk_->forward(wide));
  return conv3_1x1_->forward(mixed) + Shortcut(x);
}

at::Tensor MbConvLnBlockImpl::Shortcut(const at::Tensor& x) {
  if (stride_ == 1) return x;
  const at::Tensor pooled =
      at::avg_pool2d(x, /*kernel_size=*/3, /*stride=*/2, /*padding=*/1,
                     /*ceil_mode=*/false, /*count_include_pad=*/false);
  return expand_.is_empty() ? pooled : expand_->forward(pooled);
}

}  // namespace clip::model::timm

#include "model/towers/timm/large_kernel_conv.h"

#include <algorithm>

#include "model/layers/activate.h"

namespace clip::model {
namespace {

constexpr int64_t kLargeKernelSize = 7;
constexpr int64_t kSmallKernelSize = 3;
constexpr int64_t kStride = 2;

// timm's rule for a ratio of 1 / 4: a multiple of 8.
int64_t QuarterOfChannels(int64_t channels) {
  return std::max<int64_t>(8, (channels / 4 + 4) / 8 * 8);
}

}  // namespace

LargeKernelConvImpl::LargeKernelConvImpl(int64_t in_channels,
                                         int64_t out_channels,
                                         bool squeeze_excite,
                                         const ParameterOptions& options)
    : groups_(in_channels) {
  Conv2dOptions conv;
  conv.in_channels = in_channels;
  conv.out_channels = out_channels;
  conv.kernel_size = kLargeKernelSize;
  conv.padding = kLargeKernelSize / 2;
  conv.stride = kStride;
  conv.groups = groups_;
  large_conv_ = register_module("large_conv", ConvNorm(conv, options));
  conv.kernel_size = kSmallKernelSize;
  conv.padding = kSmallKernelSize / 2;
  small_conv_ = register_module("small_conv", ConvNorm(conv, options));
  if (squeeze_excite) {
    se_ = register_module(
        "se",
        SqueezeExcite(out_channels, QuarterOfChannels(out_channels), options));
  }
}

at::Tensor LargeKernelConvImpl::forward(const at::Tensor& x) {
  at::Tensor y;
  if (MayFuse(*this)) {
    const ConvolutionWeights small =
        PadKernel(small_conv_->Fused(), kLargeKernelSize);
    y = Convolve(x, Add(large_conv_->Fused(), small), kStride, groups_);
  } else {
    y = large_conv_->forward(x) + small_conv_->forward(x);
  }
  if (!se_.is_empty()) y = se_->forward(y);
  return Activate(Activation::kGelu, y);
}

}  // namespace clip::model

#include "model/towers/timm/conv_norm.h"

namespace clip::model {

ConvNormImpl::ConvNormImpl(const Conv2dOptions& conv,
                           const ParameterOptions& options) {
  conv_ = register_module("conv", Conv2d(conv, options));
  bn_ = register_module("bn", BatchNorm2d(conv.out_channels, options));
}

at::Tensor ConvNormImpl::forward(const at::Tensor& x) {
  if (MayFuse(*this)) {
    return Convolve(x, Fused(), conv_->options().stride,
                    conv_->options().groups);
  }
  return bn_->forward(Convolve(x, conv_));
}

ConvolutionWeights ConvNormImpl::Fused() const { return Fuse(conv_, bn_); }

}  // namespace clip::model

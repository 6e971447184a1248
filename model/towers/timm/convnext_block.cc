#include "model/towers/timm/convnext_block.h"

#include <ATen/ops/empty.h>

namespace clip::model {
namespace {

Conv2dOptions Depthwise7x7(int64_t width) {
  Conv2dOptions conv;
  conv.in_channels = width;
  conv.out_channels = width;
  conv.kernel_size = 7;
  conv.padding = 3;
  conv.groups = width;
  conv.bias = true;
  return conv;
}

}  // namespace

ConvNextBlockImpl::ConvNextBlockImpl(int64_t width, double norm_eps,
                                     const ParameterOptions& options) {
  conv_dw_ = register_module("conv_dw", Conv2d(Depthwise7x7(width), options));
  norm_ = register_module("norm", LayerNorm(width, norm_eps, options));
  timm::MlpOptions mlp;
  mlp.width = width;
  mlp.hidden_width = 4 * width;
  mlp_ = register_module("mlp", std::make_shared<timm::Mlp>(mlp, options));
  gamma_ = register_parameter("gamma", at::empty({width}, options.Float()));
}

at::Tensor ConvNextBlockImpl::forward(const at::Tensor& x) {
  const at::Tensor pixels = conv_dw_->forward(x).permute({0, 2, 3, 1});
  const at::Tensor mixed = mlp_->forward(norm_->forward(pixels)) * gamma_;
  return x + mixed.to(x.scalar_type()).permute({0, 3, 1, 2});
}

}  // namespace clip::model

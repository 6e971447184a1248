#include "model/layers/bottleneck.h"

#include <ATen/ops/avg_pool2d.h>
#include <ATen/ops/relu.h>
#include <torch/nn/modules/container/modulelist.h>

namespace clip::model {

BottleneckImpl::BottleneckImpl(int64_t in_planes, int64_t planes,
                               int64_t stride, const ParameterOptions& options)
    : stride_(stride) {
  const int64_t out_planes = planes * kExpansion;
  conv1_ = register_module("conv1",
                           Conv2d(Conv2dOptions{in_planes, planes}, options));
  bn1_ = register_module("bn1", BatchNorm2d(planes, options));
  conv2_ = register_module(
      "conv2",
      Conv2d(Conv2dOptions{planes, planes, /*kernel_size=*/3, /*stride=*/1,
                           /*padding=*/1},
             options));
  bn2_ = register_module("bn2", BatchNorm2d(planes, options));
  conv3_ = register_module("conv3",
                           Conv2d(Conv2dOptions{planes, out_planes}, options));
  bn3_ = register_module("bn3", BatchNorm2d(out_planes, options));
  if (stride == 1 && in_planes == out_planes) return;
  downsample_conv_ = Conv2d(Conv2dOptions{in_planes, out_planes}, options);
  downsample_bn_ = BatchNorm2d(out_planes, options);
  auto downsample = register_module("downsample", torch::nn::ModuleList());
  downsample->push_back(downsample_conv_);
  downsample->push_back(downsample_bn_);
}

at::Tensor BottleneckImpl::forward(const at::Tensor& x) {
  at::Tensor out = at::relu(bn1_->forward(conv1_->forward(x)));
  out = at::relu(bn2_->forward(conv2_->forward(out)));
  if (stride_ > 1) out = at::avg_pool2d(out, {stride_, stride_});
  out = bn3_->forward(conv3_->forward(out));
  return at::relu(out + Identity(x));
}

at::Tensor BottleneckImpl::Identity(const at::Tensor& x) {
  if (downsample_conv_.is_empty()) return x;
  const at::Tensor pooled =
      stride_ > 1 ? at::avg_pool2d(x, {stride_, stride_}) : x;
  return downsample_bn_->forward(downsample_conv_->forward(pooled));
}

}  // namespace clip::model

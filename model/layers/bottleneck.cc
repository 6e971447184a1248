#include "model/layers/bottleneck.h"

#include <ATen/ops/avg_pool2d.h>
#include <torch/nn/modules/container/modulelist.h>

namespace clip::model {

BottleneckImpl::BottleneckImpl(int64_t in_planes, int64_t planes,
                               int64_t stride, const ParameterOptions& options)
    : stride_(stride) {
  const int64_t out_planes = planes * kExpansion;
  conv1_ = NormedConv2d::Register(*this, "1", {in_planes, planes}, options);
  conv2_ =
      NormedConv2d::Register(*this, "2",
                             {planes, planes, /*kernel_size=*/3, /*stride=*/1,
                              /*padding=*/1},
                             options);
  conv3_ = NormedConv2d::Register(*this, "3", {planes, out_planes}, options);
  if (stride == 1 && in_planes == out_planes) return;
  const Conv2d conv(Conv2dOptions{in_planes, out_planes}, options);
  const BatchNorm2d norm(out_planes, options);
  downsample_ = NormedConv2d(conv, norm);
  auto downsample = register_module("downsample", torch::nn::ModuleList());
  downsample->push_back(conv);
  downsample->push_back(norm);
}

at::Tensor BottleneckImpl::forward(const at::Tensor& x) {
  at::Tensor out = conv2_.ForwardRelu(conv1_.ForwardRelu(x));
  if (stride_ > 1) out = at::avg_pool2d(out, {stride_, stride_});
  return conv3_.ForwardAddRelu(out, Identity(x));
}

at::Tensor BottleneckImpl::Identity(const at::Tensor& x) {
  if (downsample_.is_empty()) return x;
  return downsample_.Forward(stride_ > 1 ? at::avg_pool2d(x, {stride_, stride_})
                                         : x);
}

void BottleneckImpl::PrepareForInference(const InferenceOptions& /*options*/) {
  for (NormedConv2d* conv : {&conv1_, &conv2_, &conv3_, &downsample_}) {
    if (!conv->is_empty()) conv->PrepareForInference();
  }
}

}  // namespace clip::model

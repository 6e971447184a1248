#include "model/layers/convolution_weights.h"

#include <ATen/ops/constant_pad_nd.h>
#include <ATen/ops/conv2d.h>
#include <ATen/ops/diag.h>
#include <ATen/ops/linear.h>
#include <ATen/ops/zeros.h>
#include <c10/core/GradMode.h>

namespace clip::model {

bool MayFuse(const torch::nn::Module& layer) {
  return !layer.is_training() && !c10::GradMode::is_enabled();
}

ConvolutionWeights Fuse(const Conv2d& conv, const BatchNorm2d& norm) {
  const BatchNorm2dImpl::Affine affine = norm->affine();
  return {conv->weight().to(c10::kFloat) * affine.scale.view({-1, 1, 1, 1}),
          affine.shift};
}

ConvolutionWeights FuseIdentity(const BatchNorm2d& norm, int64_t kernel_size,
                                bool depthwise) {
  const BatchNorm2dImpl::Affine affine = norm->affine();
  const int64_t channels = affine.scale.size(0);
  const at::Tensor center =
      depthwise ? affine.scale.unsqueeze(1) : at::diag(affine.scale);
  at::Tensor weight =
      at::zeros({channels, center.size(1), kernel_size, kernel_size},
                affine.scale.options());
  weight.select(3, kernel_size / 2).select(2, kernel_size / 2).copy_(center);
  return {weight, affine.shift};
}

ConvolutionWeights PadKernel(const ConvolutionWeights& weights,
                             int64_t kernel_size) {
  const int64_t border = (kernel_size - weights.weight.size(2)) / 2;
  if (border == 0) return weights;
  return {at::constant_pad_nd(weights.weight, {border, border, border, border}),
          weights.bias};
}

ConvolutionWeights Add(const ConvolutionWeights& a,
                       const ConvolutionWeights& b) {
  return {a.weight + b.weight, a.bias + b.bias};
}

at::Tensor ConvolvePixels(const at::Tensor& x, const at::Tensor& weight,
                          const at::Tensor& bias, int64_t stride) {
  at::Tensor pixels = x.permute({0, 2, 3, 1});
  if (stride > 1) {
    pixels = pixels.slice(1, 0, pixels.size(1), stride)
                 .slice(2, 0, pixels.size(2), stride);
  }
  return at::linear(pixels, weight.flatten(1), bias).permute({0, 3, 1, 2});
}

at::Tensor Convolve(const at::Tensor& x, const Conv2d& conv) {
  const Conv2dOptions& options = conv->options();
  if (options.kernel_size > 1 || options.groups > 1) return conv->forward(x);
  return ConvolvePixels(x, conv->weight(), conv->bias(), options.stride);
}

at::Tensor Convolve(const at::Tensor& x, const ConvolutionWeights& weights,
                    int64_t stride, int64_t groups) {
  const at::Tensor weight = weights.weight.to(x.scalar_type());
  const at::Tensor bias = weights.bias.to(x.scalar_type());
  if (weight.size(2) == 1 && groups == 1) {
    return ConvolvePixels(x, weight, bias, stride);
  }
  const int64_t padding = weights.weight.size(2) / 2;
  return at::conv2d(x, weight, bias, {stride, stride}, {padding, padding},
                    /*dilation=*/1, groups);
}

}  // namespace clip::model

#include "model/layers/packed_conv2d.h"

#include <ATen/ops/relu.h>

#include "model/layers/onednn_operators.h"
#include "model/layers/widen.h"

namespace clip::model {
namespace {

ConvolutionSteps StepsOf(const Conv2dOptions& conv) {
  return {conv.stride, conv.padding, conv.groups};
}

}  // namespace

PackedConv2d::PackedConv2d(const ConvolutionWeights& weights,
                           const Conv2dOptions& conv, c10::ScalarType dtype)
    : conv_(conv), weight_(weights.weight.detach().to(dtype)) {
  packs_ = weight_.is_cpu() && HasOneDnnOperators();
  widened_ = IsWidened(weight_);
  if (widened_) weight_ = weights.weight.detach().to(c10::kFloat);
  bias_ = weights.bias.detach().to(weight_.scalar_type());
}

const at::Tensor& PackedConv2d::PackedFor(const at::Tensor& x) const {
  // For one picture, whose layout is as quick for many.
  std::call_once(packed_once_, [&] {
    weight_ = ReorderConvolutionWeight(weight_, StepsOf(conv_),
                                       {1, x.size(1), x.size(2), x.size(3)});
  });
  return weight_;
}

at::Tensor PackedConv2d::Compute(const at::Tensor& x, bool relu) const {
  const at::Tensor input = widened_ ? Widen(x) : x;
  if (packs_) {
    return ConvolutionPointwise(input, PackedFor(input), bias_, StepsOf(conv_),
                                relu ? "relu" : "none")
        .to(x.scalar_type());
  }
  const at::Tensor y = Convolve(input, weight_, bias_, conv_);
  return (relu ? at::relu(y) : y).to(x.scalar_type());
}

at::Tensor PackedConv2d::Forward(const at::Tensor& x) const {
  return Compute(x, /*relu=*/false);
}

at::Tensor PackedConv2d::ForwardRelu(const at::Tensor& x) const {
  return Compute(x, /*relu=*/true);
}

at::Tensor PackedConv2d::ForwardAddRelu(const at::Tensor& x,
                                        const at::Tensor& other) const {
  if (!packs_ || widened_) return at::relu(Forward(x) + other);
  return ConvolutionAddRelu(x, other, PackedFor(x), bias_, StepsOf(conv_));
}

}  // namespace clip::model

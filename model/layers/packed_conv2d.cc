#include "model/layers/packed_conv2d.h"

#include <ATen/ops/conv2d.h>
#include <ATen/ops/gelu.h>
#include <ATen/ops/relu.h>

#include <optional>

#include "model/layers/onednn_operators.h"
#include "model/layers/widen.h"

namespace clip::model {
namespace {

ConvolutionSteps StepsOf(const Conv2dOptions& conv) {
  return {conv.stride, conv.padding, conv.groups};
}

at::Tensor Activate(ConvActivation activation, const at::Tensor& y) {
  switch (activation) {
    case ConvActivation::kRelu:
      return at::relu(y);
    case ConvActivation::kGelu:
      return at::gelu(y);
    case ConvActivation::kNone:
      break;
  }
  return y;
}

const char* NameOf(ConvActivation activation) {
  switch (activation) {
    case ConvActivation::kRelu:
      return "relu";
    case ConvActivation::kGelu:
      return "gelu";
    case ConvActivation::kNone:
      break;
  }
  return "none";
}

}  // namespace

PackedConv2d::PackedConv2d(const ConvolutionWeights& weights,
                           const Conv2dOptions& conv, c10::ScalarType dtype)
    : conv_(conv), weight_(weights.weight.detach().to(dtype)) {
  packs_ = weight_.is_cpu() && HasOneDnnOperators();
  widened_ = IsWidened(weight_);
  if (widened_) weight_ = weights.weight.detach().to(c10::kFloat);
  if (!weights.bias.defined()) return;
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

at::Tensor PackedConv2d::Forward(const at::Tensor& x,
                                 ConvActivation activation) const {
  const at::Tensor input = widened_ ? Widen(x) : x;
  if (packs_) {
    return ConvolutionPointwise(input, PackedFor(input), bias_, StepsOf(conv_),
                                NameOf(activation), "none")
        .to(x.scalar_type());
  }
  const at::Tensor y = at::conv2d(
      input, weight_, bias_.defined() ? std::optional(bias_) : std::nullopt,
      {conv_.stride, conv_.stride}, {conv_.padding, conv_.padding},
      /*dilation=*/1, conv_.groups);
  return Activate(activation, y).to(x.scalar_type());
}

at::Tensor PackedConv2d::ForwardAddRelu(const at::Tensor& x,
                                        const at::Tensor& other) const {
  if (!packs_ || widened_) return at::relu(Forward(x) + other);
  return ConvolutionAddRelu(x, other, PackedFor(x), bias_, StepsOf(conv_));
}

}  // namespace clip::model

#include "model/layers/normed_conv2d.h"

#include <ATen/ops/empty.h>
#include <ATen/ops/relu.h>

#include <utility>

#include "model/layers/convolution_weights.h"

namespace clip::model {

NormedConv2d::NormedConv2d(Conv2d conv, BatchNorm2d norm)
    : conv_(std::move(conv)), norm_(std::move(norm)) {}

NormedConv2d NormedConv2d::Register(torch::nn::Module& parent,
                                    const std::string& number,
                                    const Conv2dOptions& conv,
                                    const ParameterOptions& options) {
  // One after the other: the order of the parameters is open_clip's.
  const Conv2d layer =
      parent.register_module("conv" + number, Conv2d(conv, options));
  return {layer, parent.register_module(
                     "bn" + number, BatchNorm2d(conv.out_channels, options))};
}

at::Tensor NormedConv2d::Forward(const at::Tensor& x) {
  if (packed_ != nullptr) return packed_->Forward(x);
  return norm_->forward(conv_->forward(x));
}

at::Tensor NormedConv2d::ForwardRelu(const at::Tensor& x) {
  if (packed_ != nullptr) return packed_->ForwardRelu(x);
  return at::relu(Forward(x));
}

at::Tensor NormedConv2d::ForwardAddRelu(const at::Tensor& x,
                                        const at::Tensor& other) {
  if (packed_ != nullptr) return packed_->ForwardAddRelu(x, other);
  return at::relu(Forward(x) + other);
}

void NormedConv2d::PrepareForInference() {
  const at::Tensor& weight = conv_->weight();
  packed_ = std::make_shared<PackedConv2d>(Fuse(conv_, norm_), conv_->options(),
                                           weight.scalar_type());
  weight.set_data(at::empty({0}, weight.options()));
}

}  // namespace clip::model

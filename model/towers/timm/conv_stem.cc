#include "model/towers/timm/conv_stem.h"

#include <ATen/ops/gelu.h>

#include <array>
#include <memory>
#include <string>

namespace clip::model::timm {
namespace {

constexpr std::array<int64_t, 3> kStrides = {4, 2, 2};

// Holds children under a name without adding any computation.
class ConvNormAct : public torch::nn::Module {};

}  // namespace

ConvStem::ConvStem(const Channels& channels, const ParameterOptions& options) {
  Conv2dOptions conv;
  for (size_t i = 0; i < kStrides.size(); ++i) {
    conv.out_channels = channels[i];
    conv.kernel_size = conv.stride = kStrides[i];
    conv.bias = i + 1 == kStrides.size();
    auto layer =
        register_module(std::to_string(i), std::make_shared<ConvNormAct>());
    convs_.push_back(layer->register_module("conv", Conv2d(conv, options)));
    conv.in_channels = conv.out_channels;
    if (conv.bias) continue;
    norms_.push_back(
        layer->register_module("bn", BatchNorm2d(conv.out_channels, options)));
  }
}

at::Tensor ConvStem::forward(const at::Tensor& pixels) {
  at::Tensor x = pixels;
  for (size_t i = 0; i < norms_.size(); ++i) {
    x = at::gelu(norms_[i]->forward(convs_[i]->forward(x)));
  }
  return convs_.back()->forward(x);
}

Grid ConvStem::OutputGrid(const Grid& image) const {
  Grid grid = image;
  for (const int64_t stride : kStrides) {
    grid = {grid.rows / stride, grid.columns / stride};
  }
  return grid;
}

}  // namespace clip::model::timm

#include "model/layers/transformer.h"

#include <torch/nn/modules/container/modulelist.h>

namespace clip::model {

TransformerImpl::TransformerImpl(const TransformerConfig& config,
                                 const ParameterOptions& options) {
  auto list = register_module("resblocks", torch::nn::ModuleList());
  for (int i = 0; i < config.layers; ++i) {
    resblocks_.emplace_back(config, options);
    list->push_back(resblocks_.back());
  }
}

at::Tensor TransformerImpl::forward(at::Tensor x, const AttentionMask& mask) {
  for (ResidualAttentionBlock& block : resblocks_) x = block->forward(x, mask);
  return x;
}

}  // namespace clip::model

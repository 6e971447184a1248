#include "model/layers/transformer.h"

#include <torch/nn/modules/container/modulelist.h>

#include <algorithm>
#include <utility>

#include "model/layers/checkpoint.h"

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
  for (ResidualAttentionBlock& block : resblocks_) x = RunBlock(block, x, mask);
  return x;
}

at::Tensor TransformerImpl::ForwardTokens(at::Tensor x,
                                          const AttentionMask& mask,
                                          const at::Tensor& tokens) {
  if (resblocks_.empty()) return x.flatten(0, 1).index_select(0, tokens);
  for (size_t i = 0; i + 1 < resblocks_.size(); ++i) {
    x = RunBlock(resblocks_[i], x, mask);
  }
  return Run(x, [last = resblocks_.back(), mask,
                 tokens](const at::Tensor& input) mutable {
    return last->ForwardTokens(input, mask, tokens);
  });
}

at::Tensor TransformerImpl::ForwardIntermediates(
    at::Tensor x, const AttentionMask& mask, const std::vector<int64_t>& take,
    bool stop_early, std::vector<at::Tensor>& intermediates) {
  const int64_t last = take.empty() ? -1 : take.back();
  const int64_t blocks = stop_early ? last + 1 : depth();
  for (int64_t i = 0; i < blocks; ++i) {
    x = RunBlock(resblocks_[i], x, mask);
    if (std::binary_search(take.begin(), take.end(), i)) {
      intermediates.push_back(x);
    }
  }
  return x;
}

at::Tensor TransformerImpl::RunBlock(ResidualAttentionBlock& block,
                                     const at::Tensor& x,
                                     const AttentionMask& mask) const {
  return Run(x, [block, mask](const at::Tensor& input) mutable {
    return block->forward(input, mask);
  });
}

at::Tensor TransformerImpl::Run(
    const at::Tensor& x,
    std::function<at::Tensor(const at::Tensor&)> run) const {
  if (!grad_checkpointing_) return run(x);
  return Checkpoint(
      [run = std::move(run)](const std::vector<at::Tensor>& inputs) {
        return run(inputs[0]);
      },
      {x});
}

}  // namespace clip::model

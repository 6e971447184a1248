#include "model/towers/hf/mt5_encoder.h"

#include <limits>
#include <memory>
#include <string>

#include "model/towers/hf/multi_head_attention.h"

namespace clip::model {

Mt5Encoder::Mt5Encoder(const HfModelConfig& config,
                       const ParameterOptions& options)
    : matrix_dtype_(options.matrix_dtype) {
  embed_tokens_ = register_module(
      "embed_tokens",
      Embedding(config.vocab_size, config.hidden_size, options));
  auto blocks = register_module("block", std::make_shared<torch::nn::Module>());
  for (int i = 0; i < config.num_hidden_layers; ++i) {
    blocks_.push_back(blocks->register_module(
        std::to_string(i), Mt5Block(config, /*is_first=*/i == 0, options)));
  }
  final_layer_norm_ = register_module(
      "final_layer_norm",
      RmsNorm(config.hidden_size, config.layer_norm_eps, options));
}

int64_t Mt5Encoder::max_length() const {
  // Distances beyond the last bucket share it.
  return std::numeric_limits<int32_t>::max();
}

at::Tensor Mt5Encoder::Embed(const at::Tensor& ids) {
  return embed_tokens_->forward(ids).to(matrix_dtype_);
}

std::vector<at::Tensor> Mt5Encoder::Share(const at::Tensor& is_token) {
  const at::Tensor bias =
      blocks_[0]->self_attention()->PositionBias(is_token.size(1));
  const at::Tensor masked =
      bias.masked_fill(PaddingMask(is_token).logical_not(),
                       -std::numeric_limits<float>::infinity());
  return {masked.to(matrix_dtype_)};
}

at::Tensor Mt5Encoder::RunLayer(int64_t layer, const at::Tensor& x,
                                const std::vector<at::Tensor>& shared) {
  return blocks_[layer]->forward(x, shared[0]);
}

at::Tensor Mt5Encoder::Finish(const at::Tensor& x) {
  return final_layer_norm_->forward(x);
}

}  // namespace clip::model

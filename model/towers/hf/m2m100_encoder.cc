#include "model/towers/hf/m2m100_encoder.h"

#include <ATen/ops/arange.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/cos.h>
#include <ATen/ops/embedding.h>
#include <ATen/ops/exp.h>
#include <ATen/ops/sin.h>
#include <c10/util/Exception.h>

#include <cmath>
#include <memory>
#include <string>

#include "model/towers/hf/multi_head_attention.h"
#include "model/towers/hf/position_ids.h"

namespace clip::model {
namespace {

// Sines, then cosines, of each position: [positions, width] float32. The row
// of padding is zero.
at::Tensor SinusoidalPositions(int64_t positions, int64_t width,
                               int64_t padding_idx,
                               const at::TensorOptions& options) {
  const int64_t half = width / 2;
  const double step = std::log(10000.0) / static_cast<double>(half - 1);
  const at::Tensor frequencies = at::exp(at::arange(half, options) * -step);
  const at::Tensor angles =
      at::arange(positions, options).unsqueeze(1) * frequencies.unsqueeze(0);
  at::Tensor table = at::cat({at::sin(angles), at::cos(angles)}, 1);
  table.select(0, padding_idx).zero_();
  return table;
}

}  // namespace

M2m100Encoder::M2m100Encoder(const HfModelConfig& config,
                             const ParameterOptions& options)
    : config_(config), matrix_dtype_(options.matrix_dtype) {
  TORCH_CHECK_VALUE(config.hidden_size % 2 == 0 && config.hidden_size > 2,
                    "an M2M100 of width ", config.hidden_size);
  embed_tokens_ = register_module(
      "embed_tokens", Embedding(config.vocab_size, config.hidden_size, options,
                                config.pad_token_id));
  auto layers =
      register_module("layers", std::make_shared<torch::nn::Module>());
  for (int i = 0; i < config.num_hidden_layers; ++i) {
    layers_.push_back(layers->register_module(
        std::to_string(i), M2m100EncoderLayer(config, options)));
  }
  layer_norm_ = register_module(
      "layer_norm",
      LayerNorm(config.hidden_size, config.layer_norm_eps, options));
}

at::Tensor M2m100Encoder::Embed(const at::Tensor& ids) {
  const int64_t padding_idx = config_.pad_token_id;
  const at::Tensor words = embed_tokens_->forward(ids) *
                           std::sqrt(static_cast<double>(config_.hidden_size));
  const at::Tensor table =
      SinusoidalPositions(ids.size(1) + padding_idx + 1, config_.hidden_size,
                          padding_idx, embed_tokens_->weight().options());
  return (words + at::embedding(table, PositionIds(ids, padding_idx)))
      .to(matrix_dtype_);
}

std::vector<at::Tensor> M2m100Encoder::Share(const at::Tensor& is_token) {
  return {PaddingMask(is_token)};
}

at::Tensor M2m100Encoder::RunLayer(int64_t layer, const at::Tensor& x,
                                   const std::vector<at::Tensor>& shared) {
  return layers_[layer]->forward(x, shared[0]);
}

at::Tensor M2m100Encoder::Finish(const at::Tensor& x) {
  return layer_norm_->forward(x);
}

}  // namespace clip::model

#include "model/towers/hf/modernbert_model.h"

#include <ATen/ops/arange.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/cos.h>
#include <ATen/ops/pow.h>
#include <ATen/ops/sin.h>
#include <ATen/ops/stack.h>

#include <memory>
#include <string>

#include "model/towers/hf/multi_head_attention.h"

namespace clip::model {
namespace {

// The slowest rotation's base, of layers that see all and of the others.
constexpr double kGlobalTheta = 160000.0;
constexpr double kLocalTheta = 10000.0;

}  // namespace

ModernBertModel::ModernBertModel(const HfModelConfig& config,
                                 const ParameterOptions& options)
    : config_(config), matrix_dtype_(options.matrix_dtype) {
  const auto norm = [&] {
    return LayerNorm(config.hidden_size, config.layer_norm_eps, options,
                     /*has_bias=*/false);
  };
  auto embeddings =
      register_module("embeddings", std::make_shared<torch::nn::Module>());
  tok_embeddings_ = embeddings->register_module(
      "tok_embeddings", Embedding(config.vocab_size, config.hidden_size,
                                  options, config.pad_token_id));
  embedding_norm_ = embeddings->register_module("norm", norm());
  auto layers =
      register_module("layers", std::make_shared<torch::nn::Module>());
  for (int i = 0; i < config.num_hidden_layers; ++i) {
    layers_.push_back(layers->register_module(
        std::to_string(i),
        ModernBertLayer(config, /*is_first=*/i == 0, options)));
  }
  final_norm_ = register_module("final_norm", norm());
}

at::Tensor ModernBertModel::Embed(const at::Tensor& ids) {
  return embedding_norm_->forward(tok_embeddings_->forward(ids))
      .to(matrix_dtype_);
}

at::Tensor ModernBertModel::Rotation(int64_t length, double theta) const {
  const at::TensorOptions floats = tok_embeddings_->weight().options();
  const int64_t head_width = config_.hidden_size / config_.num_attention_heads;
  const at::Tensor exponents =
      at::arange(0, head_width, 2, floats) / static_cast<double>(head_width);
  const at::Tensor frequencies = 1.0 / at::pow(theta, exponents);
  const at::Tensor angles =
      at::arange(length, floats).unsqueeze(1) * frequencies.unsqueeze(0);
  const at::Tensor both = at::cat({angles, angles}, -1);
  return at::stack({at::cos(both), at::sin(both)});
}

std::vector<at::Tensor> ModernBertModel::Share(const at::Tensor& is_token) {
  const int64_t length = is_token.size(1);
  const at::Tensor mask = PaddingMask(is_token);
  const at::Tensor positions =
      at::arange(length, is_token.options().dtype(c10::kLong));
  const at::Tensor is_near = (positions.unsqueeze(0) - positions.unsqueeze(1))
                                 .abs()
                                 .le(config_.local_attention / 2);
  return {mask, Rotation(length, kGlobalTheta), mask.logical_and(is_near),
          Rotation(length, kLocalTheta)};
}

at::Tensor ModernBertModel::RunLayer(int64_t layer, const at::Tensor& x,
                                     const std::vector<at::Tensor>& shared) {
  const size_t kind = layer % config_.global_attn_every_n_layers == 0 ? 0 : 2;
  return layers_[layer]->forward(x, shared[kind], shared[kind + 1]);
}

at::Tensor ModernBertModel::Finish(const at::Tensor& x) {
  return final_norm_->forward(x);
}

}  // namespace clip::model

#include "model/towers/hf/bert_layer.h"

#include <memory>

#include "model/towers/hf/multi_head_attention.h"

namespace clip::model {

BertLayerImpl::BertLayerImpl(const HfModelConfig& config,
                             const ParameterOptions& options)
    : heads_(config.num_attention_heads) {
  RegisterAttention(config, options);
  RegisterMlp(config, options);
}

void BertLayerImpl::RegisterAttention(const HfModelConfig& config,
                                      const ParameterOptions& options) {
  const int64_t width = config.hidden_size;
  auto attention =
      register_module("attention", std::make_shared<torch::nn::Module>());
  auto self =
      attention->register_module("self", std::make_shared<torch::nn::Module>());
  query_ = self->register_module("query", Linear(width, width, options));
  key_ = self->register_module("key", Linear(width, width, options));
  value_ = self->register_module("value", Linear(width, width, options));
  auto output = attention->register_module(
      "output", std::make_shared<torch::nn::Module>());
  attention_dense_ =
      output->register_module("dense", Linear(width, width, options));
  attention_norm_ = output->register_module(
      "LayerNorm", LayerNorm(width, config.layer_norm_eps, options));
}

void BertLayerImpl::RegisterMlp(const HfModelConfig& config,
                                const ParameterOptions& options) {
  const int64_t width = config.hidden_size;
  auto intermediate =
      register_module("intermediate", std::make_shared<torch::nn::Module>());
  intermediate_dense_ = intermediate->register_module(
      "dense", Linear(width, config.intermediate_size, options));
  auto output =
      register_module("output", std::make_shared<torch::nn::Module>());
  output_dense_ = output->register_module(
      "dense", Linear(config.intermediate_size, width, options));
  output_norm_ = output->register_module(
      "LayerNorm", LayerNorm(width, config.layer_norm_eps, options));
}

at::Tensor BertLayerImpl::forward(const at::Tensor& x, const at::Tensor& mask) {
  const QueryKeyValue tokens = {query_->forward(x), key_->forward(x),
                                value_->forward(x)};
  const at::Tensor y = attention_norm_->forward(attention_dense_->ForwardAdd(
      MultiHeadAttention(tokens, heads_, mask), x));
  const at::Tensor hidden =
      intermediate_dense_->ForwardActivated(y, Activation::kGelu);
  return output_norm_->forward(output_dense_->ForwardAdd(hidden, y));
}

}  // namespace clip::model

#include "model/towers/hf/bert_model.h"

#include <ATen/ops/tanh.h>

#include <memory>
#include <string>

#include "model/towers/hf/multi_head_attention.h"

namespace clip::model {

BertModel::BertModel(const HfModelConfig& config, bool add_pooling_layer,
                     const ParameterOptions& options)
    : config_(config), matrix_dtype_(options.matrix_dtype) {
  embeddings_ = register_module("embeddings", BertEmbeddings(config, options));
  auto encoder =
      register_module("encoder", std::make_shared<torch::nn::Module>());
  auto layers =
      encoder->register_module("layer", std::make_shared<torch::nn::Module>());
  for (int i = 0; i < config.num_hidden_layers; ++i) {
    layers_.push_back(
        layers->register_module(std::to_string(i), BertLayer(config, options)));
  }
  if (!add_pooling_layer) return;
  auto pooler =
      register_module("pooler", std::make_shared<torch::nn::Module>());
  pooler_ = pooler->register_module(
      "dense", Linear(config.hidden_size, config.hidden_size, options));
}

std::string_view BertModel::architecture() const {
  return config_.architecture == HfArchitecture::kRoberta ? "RobertaModel"
                                                          : "BertModel";
}

int64_t BertModel::max_length() const {
  // RoBERTa's positions begin behind that of padding.
  const int64_t first = config_.architecture == HfArchitecture::kRoberta
                            ? config_.pad_token_id + 1
                            : 0;
  return config_.max_position_embeddings - first;
}

at::Tensor BertModel::Embed(const at::Tensor& ids) {
  return embeddings_->forward(ids).to(matrix_dtype_);
}

std::vector<at::Tensor> BertModel::Share(const at::Tensor& is_token) {
  return {PaddingMask(is_token)};
}

at::Tensor BertModel::RunLayer(int64_t layer, const at::Tensor& x,
                               const std::vector<at::Tensor>& shared) {
  return layers_[layer]->forward(x, shared[0]);
}

at::Tensor BertModel::PoolerOutput(const at::Tensor& last_hidden_state) {
  if (pooler_.is_empty()) return {};
  return at::tanh(pooler_->forward(last_hidden_state.select(1, 0)));
}

}  // namespace clip::model

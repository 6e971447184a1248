#include "model/towers/hf/bert_embeddings.h"

#include <ATen/ops/arange.h>

#include "model/towers/hf/position_ids.h"

namespace clip::model {

BertEmbeddingsImpl::BertEmbeddingsImpl(const HfModelConfig& config,
                                       const ParameterOptions& options)
    : is_roberta_(config.architecture == HfArchitecture::kRoberta),
      padding_idx_(config.pad_token_id) {
  const int64_t width = config.hidden_size;
  word_embeddings_ = register_module(
      "word_embeddings",
      Embedding(config.vocab_size, width, options, padding_idx_));
  position_embeddings_ =
      register_module("position_embeddings",
                      Embedding(config.max_position_embeddings, width, options,
                                is_roberta_ ? padding_idx_ : -1));
  token_type_embeddings_ =
      register_module("token_type_embeddings",
                      Embedding(config.type_vocab_size, width, options));
  layer_norm_ = register_module(
      "LayerNorm", LayerNorm(width, config.layer_norm_eps, options));
}

at::Tensor BertEmbeddingsImpl::Positions(const at::Tensor& ids) const {
  if (is_roberta_) return PositionIds(ids, padding_idx_);
  return at::arange(ids.size(1), ids.options());
}

at::Tensor BertEmbeddingsImpl::forward(const at::Tensor& ids) const {
  const at::Tensor type = token_type_embeddings_->weight().select(0, 0);
  return layer_norm_->forward(word_embeddings_->forward(ids) + type +
                              position_embeddings_->forward(Positions(ids)));
}

}  // namespace clip::model

#ifndef MODEL_TOWERS_HF_BERT_EMBEDDINGS_H_
#define MODEL_TOWERS_HF_BERT_EMBEDDINGS_H_

#include <ATen/core/TensorBody.h>
#include <torch/nn/module.h>
#include <torch/nn/pimpl.h>

#include "model/config/hf_model_config.h"
#include "model/layers/embedding.h"
#include "model/layers/layer_norm.h"
#include "model/layers/parameter_options.h"

namespace clip::model {

// transformers' BertEmbeddings and RobertaEmbeddings, which count positions
// differently. Keys: word_embeddings.*, position_embeddings.*,
// token_type_embeddings.*, LayerNorm.*.
class BertEmbeddingsImpl : public torch::nn::Module {
 public:
  BertEmbeddingsImpl(const HfModelConfig& config,
                     const ParameterOptions& options);

  // [N, L] int64 -> [N, L, width] float32. All tokens are of type 0.
  at::Tensor forward(const at::Tensor& ids) const;

 private:
  at::Tensor Positions(const at::Tensor& ids) const;

  bool is_roberta_;
  int64_t padding_idx_;
  Embedding word_embeddings_ = nullptr;
  Embedding position_embeddings_ = nullptr;
  Embedding token_type_embeddings_ = nullptr;
  LayerNorm layer_norm_ = nullptr;
};
TORCH_MODULE(BertEmbeddings);

}  // namespace clip::model

#endif  // MODEL_TOWERS_HF_BERT_EMBEDDINGS_H_

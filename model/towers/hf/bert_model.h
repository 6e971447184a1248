#ifndef MODEL_TOWERS_HF_BERT_MODEL_H_
#define MODEL_TOWERS_HF_BERT_MODEL_H_

#include <ATen/core/TensorBody.h>

#include <vector>

#include "model/config/hf_model_config.h"
#include "model/layers/linear.h"
#include "model/layers/parameter_options.h"
#include "model/towers/hf/bert_embeddings.h"
#include "model/towers/hf/bert_layer.h"
#include "model/towers/hf/hf_transformer.h"

namespace clip::model {

// transformers' BertModel, RobertaModel and XLMRobertaModel. Keys:
// embeddings.*, encoder.layer.N.* and, with a pooling layer, pooler.dense.*.
class BertModel : public HfTransformer {
 public:
  BertModel(const HfModelConfig& config, bool add_pooling_layer,
            const ParameterOptions& options);

  std::string_view architecture() const override;
  Names names() const override { return {"embeddings", "encoder.layer", ""}; }
  int64_t depth() const override {
    return static_cast<int64_t>(layers_.size());
  }
  int64_t max_length() const override;

  at::Tensor Embed(const at::Tensor& ids) override;
  std::vector<at::Tensor> Share(const at::Tensor& is_token) override;
  at::Tensor RunLayer(int64_t layer, const at::Tensor& x,
                      const std::vector<at::Tensor>& shared) override;
  at::Tensor PoolerOutput(const at::Tensor& last_hidden_state) override;

 private:
  HfModelConfig config_;
  c10::ScalarType matrix_dtype_;
  BertEmbeddings embeddings_ = nullptr;
  std::vector<BertLayer> layers_;
  // Empty without a pooling layer.
  Linear pooler_ = nullptr;
};

}  // namespace clip::model

#endif  // MODEL_TOWERS_HF_BERT_MODEL_H_

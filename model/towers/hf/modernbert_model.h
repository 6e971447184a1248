#ifndef MODEL_TOWERS_HF_MODERNBERT_MODEL_H_
#define MODEL_TOWERS_HF_MODERNBERT_MODEL_H_

#include <ATen/core/TensorBody.h>

#include <vector>

#include "model/config/hf_model_config.h"
#include "model/layers/embedding.h"
#include "model/layers/layer_norm.h"
#include "model/layers/parameter_options.h"
#include "model/towers/hf/hf_transformer.h"
#include "model/towers/hf/modernbert_layer.h"

namespace clip::model {

// transformers' ModernBertModel. Keys: embeddings.tok_embeddings.weight,
// embeddings.norm.weight, layers.N.*, final_norm.weight.
class ModernBertModel : public HfTransformer {
 public:
  ModernBertModel(const HfModelConfig& config, const ParameterOptions& options);

  std::string_view architecture() const override { return "ModernBertModel"; }
  Names names() const override {
    return {"embeddings", "layers", "final_norm"};
  }
  int64_t depth() const override {
    return static_cast<int64_t>(layers_.size());
  }
  int64_t max_length() const override {
    return config_.max_position_embeddings;
  }

  at::Tensor Embed(const at::Tensor& ids) override;
  // Mask and rotation of the layers that see all, then of those that see what
  // is near.
  std::vector<at::Tensor> Share(const at::Tensor& is_token) override;
  at::Tensor RunLayer(int64_t layer, const at::Tensor& x,
                      const std::vector<at::Tensor>& shared) override;
  at::Tensor Finish(const at::Tensor& x) override;

 private:
  // Cosines and sines: [2, length, head width] float32.
  at::Tensor Rotation(int64_t length, double theta) const;

  HfModelConfig config_;
  c10::ScalarType matrix_dtype_;
  Embedding tok_embeddings_ = nullptr;
  LayerNorm embedding_norm_ = nullptr;
  std::vector<ModernBertLayer> layers_;
  LayerNorm final_norm_ = nullptr;
};

}  // namespace clip::model

#endif  // MODEL_TOWERS_HF_MODERNBERT_MODEL_H_

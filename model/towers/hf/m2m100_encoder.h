#ifndef MODEL_TOWERS_HF_M2M100_ENCODER_H_
#define MODEL_TOWERS_HF_M2M100_ENCODER_H_

#include <ATen/core/TensorBody.h>

#include <vector>

#include "model/config/hf_model_config.h"
#include "model/layers/embedding.h"
#include "model/layers/layer_norm.h"
#include "model/layers/parameter_options.h"
#include "model/towers/hf/hf_transformer.h"
#include "model/towers/hf/m2m100_encoder_layer.h"

namespace clip::model {

// The encoder of transformers' M2M100Model, which NLLB's models are. Keys:
// embed_tokens.weight, layers.N.*, layer_norm.*. Its sinusoidal positions are
// computed, not stored.
class M2m100Encoder : public HfTransformer {
 public:
  M2m100Encoder(const HfModelConfig& config, const ParameterOptions& options);

  std::string_view architecture() const override { return "M2M100Encoder"; }
  Names names() const override {
    return {"embed_tokens", "layers", "layer_norm"};
  }
  int64_t depth() const override {
    return static_cast<int64_t>(layers_.size());
  }
  int64_t max_length() const override {
    return config_.max_position_embeddings;
  }

  at::Tensor Embed(const at::Tensor& ids) override;
  std::vector<at::Tensor> Share(const at::Tensor& is_token) override;
  at::Tensor RunLayer(int64_t layer, const at::Tensor& x,
                      const std::vector<at::Tensor>& shared) override;
  at::Tensor Finish(const at::Tensor& x) override;

 private:
  HfModelConfig config_;
  c10::ScalarType matrix_dtype_;
  Embedding embed_tokens_ = nullptr;
  std::vector<M2m100EncoderLayer> layers_;
  LayerNorm layer_norm_ = nullptr;
};

}  // namespace clip::model

#endif  // MODEL_TOWERS_HF_M2M100_ENCODER_H_

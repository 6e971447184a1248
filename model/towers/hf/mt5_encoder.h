#ifndef MODEL_TOWERS_HF_MT5_ENCODER_H_
#define MODEL_TOWERS_HF_MT5_ENCODER_H_

#include <ATen/core/TensorBody.h>

#include <vector>

#include "model/config/hf_model_config.h"
#include "model/layers/embedding.h"
#include "model/layers/parameter_options.h"
#include "model/layers/rms_norm.h"
#include "model/towers/hf/hf_transformer.h"
#include "model/towers/hf/mt5_block.h"

namespace clip::model {

// The encoder of transformers' MT5Model. Keys: embed_tokens.weight, block.N.*,
// final_layer_norm.weight.
class Mt5Encoder : public HfTransformer {
 public:
  Mt5Encoder(const HfModelConfig& config, const ParameterOptions& options);

  std::string_view architecture() const override { return "MT5Stack"; }
  Names names() const override {
    return {"embed_tokens", "block", "final_layer_norm"};
  }
  int64_t depth() const override {
    return static_cast<int64_t>(blocks_.size());
  }
  int64_t max_length() const override;

  at::Tensor Embed(const at::Tensor& ids) override;
  std::vector<at::Tensor> Share(const at::Tensor& is_token) override;
  at::Tensor RunLayer(int64_t layer, const at::Tensor& x,
                      const std::vector<at::Tensor>& shared) override;
  at::Tensor Finish(const at::Tensor& x) override;

 private:
  c10::ScalarType matrix_dtype_;
  Embedding embed_tokens_ = nullptr;
  std::vector<Mt5Block> blocks_;
  RmsNorm final_layer_norm_ = nullptr;
};

}  // namespace clip::model

#endif  // MODEL_TOWERS_HF_MT5_ENCODER_H_

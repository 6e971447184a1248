#ifndef MODEL_TOWERS_HF_MODERNBERT_LAYER_H_
#define MODEL_TOWERS_HF_MODERNBERT_LAYER_H_

#include <ATen/core/TensorBody.h>
#include <torch/nn/module.h>
#include <torch/nn/pimpl.h>

#include "model/config/hf_model_config.h"
#include "model/layers/layer_norm.h"
#include "model/layers/linear.h"
#include "model/layers/parameter_options.h"

namespace clip::model {

// transformers' ModernBertEncoderLayer: pre-norm attention with rotated
// queries and keys, and a gated MLP; no biases. Keys: attn_norm.weight (not in
// the first layer), attn.{Wqkv,Wo}.weight, mlp_norm.weight,
// mlp.{Wi,Wo}.weight.
class ModernBertLayerImpl : public torch::nn::Module {
 public:
  ModernBertLayerImpl(const HfModelConfig& config, bool is_first,
                      const ParameterOptions& options);

  // [N, L, width] -> [N, L, width]; `mask` as in AttendHeads, `rotation`
  // [2, L, head width]: cosines and sines, float32.
  at::Tensor forward(const at::Tensor& x, const at::Tensor& mask,
                     const at::Tensor& rotation);

 private:
  at::Tensor Attend(const at::Tensor& x, const at::Tensor& mask,
                    const at::Tensor& rotation);

  int64_t heads_;
  // Empty in the first layer, whose input is normalized.
  LayerNorm attn_norm_ = nullptr;
  Linear wqkv_ = nullptr;
  Linear attn_wo_ = nullptr;
  LayerNorm mlp_norm_ = nullptr;
  Linear wi_ = nullptr;
  Linear mlp_wo_ = nullptr;
};
TORCH_MODULE(ModernBertLayer);

}  // namespace clip::model

#endif  // MODEL_TOWERS_HF_MODERNBERT_LAYER_H_

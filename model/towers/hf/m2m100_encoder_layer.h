#ifndef MODEL_TOWERS_HF_M2M100_ENCODER_LAYER_H_
#define MODEL_TOWERS_HF_M2M100_ENCODER_LAYER_H_

#include <ATen/core/TensorBody.h>
#include <torch/nn/module.h>
#include <torch/nn/pimpl.h>

#include "model/config/hf_model_config.h"
#include "model/layers/layer_norm.h"
#include "model/layers/linear.h"
#include "model/layers/parameter_options.h"

namespace clip::model {

// transformers' M2M100EncoderLayer: pre-norm attention and an MLP with ReLU.
// Keys: self_attn.{q,k,v,out}_proj.*, self_attn_layer_norm.*, fc1.*, fc2.*,
// final_layer_norm.*.
class M2m100EncoderLayerImpl : public torch::nn::Module {
 public:
  M2m100EncoderLayerImpl(const HfModelConfig& config,
                         const ParameterOptions& options);

  // [N, L, width] -> [N, L, width]; `mask` as in AttendHeads.
  at::Tensor forward(const at::Tensor& x, const at::Tensor& mask);

 private:
  int64_t heads_;
  Linear q_proj_ = nullptr;
  Linear k_proj_ = nullptr;
  Linear v_proj_ = nullptr;
  Linear out_proj_ = nullptr;
  LayerNorm self_attn_layer_norm_ = nullptr;
  Linear fc1_ = nullptr;
  Linear fc2_ = nullptr;
  LayerNorm final_layer_norm_ = nullptr;
};
TORCH_MODULE(M2m100EncoderLayer);

}  // namespace clip::model

#endif  // MODEL_TOWERS_HF_M2M100_ENCODER_LAYER_H_

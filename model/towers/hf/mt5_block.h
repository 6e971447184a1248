#ifndef MODEL_TOWERS_HF_MT5_BLOCK_H_
#define MODEL_TOWERS_HF_MT5_BLOCK_H_

#include <ATen/core/TensorBody.h>
#include <torch/nn/module.h>
#include <torch/nn/pimpl.h>

#include "model/config/hf_model_config.h"
#include "model/layers/linear.h"
#include "model/layers/parameter_options.h"
#include "model/layers/rms_norm.h"
#include "model/towers/hf/mt5_attention.h"

namespace clip::model {

// transformers' MT5Block of an encoder: pre-norm attention and gated MLP. Keys:
// layer.0.{SelfAttention,layer_norm}.*,
// layer.1.{DenseReluDense.{wi_0,wi_1,wo},layer_norm}.*.
class Mt5BlockImpl : public torch::nn::Module {
 public:
  Mt5BlockImpl(const HfModelConfig& config, bool is_first,
               const ParameterOptions& options);

  // [N, L, width] -> [N, L, width]; `bias` as in AttendHeads.
  at::Tensor forward(const at::Tensor& x, const at::Tensor& bias);

  Mt5Attention self_attention() const { return self_attention_; }

 private:
  Mt5Attention self_attention_ = nullptr;
  RmsNorm attention_norm_ = nullptr;
  Linear wi_0_ = nullptr;
  Linear wi_1_ = nullptr;
  Linear wo_ = nullptr;
  RmsNorm mlp_norm_ = nullptr;
};
TORCH_MODULE(Mt5Block);

}  // namespace clip::model

#endif  // MODEL_TOWERS_HF_MT5_BLOCK_H_

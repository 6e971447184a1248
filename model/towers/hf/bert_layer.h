#ifndef MODEL_TOWERS_HF_BERT_LAYER_H_
#define MODEL_TOWERS_HF_BERT_LAYER_H_

#include <ATen/core/TensorBody.h>
#include <torch/nn/module.h>
#include <torch/nn/pimpl.h>

#include "model/config/hf_model_config.h"
#include "model/layers/layer_norm.h"
#include "model/layers/linear.h"
#include "model/layers/parameter_options.h"

namespace clip::model {

// transformers' BertLayer and RobertaLayer: attention and MLP, each added to
// its input and then normalized. Keys: attention.self.{query,key,value}.*,
// attention.output.{dense,LayerNorm}.*, intermediate.dense.*,
// output.{dense,LayerNorm}.*.
class BertLayerImpl : public torch::nn::Module {
 public:
  BertLayerImpl(const HfModelConfig& config, const ParameterOptions& options);

  // [N, L, width] -> [N, L, width]; `mask` as in AttendHeads.
  at::Tensor forward(const at::Tensor& x, const at::Tensor& mask);

 private:
  void RegisterAttention(const HfModelConfig& config,
                         const ParameterOptions& options);
  void RegisterMlp(const HfModelConfig& config,
                   const ParameterOptions& options);

  int64_t heads_;
  Linear query_ = nullptr;
  Linear key_ = nullptr;
  Linear value_ = nullptr;
  Linear attention_dense_ = nullptr;
  LayerNorm attention_norm_ = nullptr;
  Linear intermediate_dense_ = nullptr;
  Linear output_dense_ = nullptr;
  LayerNorm output_norm_ = nullptr;
};
TORCH_MODULE(BertLayer);

}  // namespace clip::model

#endif  // MODEL_TOWERS_HF_BERT_LAYER_H_

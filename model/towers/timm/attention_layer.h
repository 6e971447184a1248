#ifndef MODEL_TOWERS_TIMM_ATTENTION_LAYER_H_
#define MODEL_TOWERS_TIMM_ATTENTION_LAYER_H_

#include <ATen/core/TensorBody.h>
#include <torch/nn/module.h>

namespace clip::model::timm {

// The first half of a block: timm's attn_layer, registered as `attn`.
class AttentionLayer : public torch::nn::Module {
 public:
  // [N, tokens, width] -> [N, tokens, width]. `rope` is what
  // RotaryEmbeddingCat gives, or undefined.
  virtual at::Tensor forward(const at::Tensor& x, const at::Tensor& rope) = 0;
};

}  // namespace clip::model::timm

#endif  // MODEL_TOWERS_TIMM_ATTENTION_LAYER_H_

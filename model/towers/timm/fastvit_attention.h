#ifndef MODEL_TOWERS_TIMM_FASTVIT_ATTENTION_H_
#define MODEL_TOWERS_TIMM_FASTVIT_ATTENTION_H_

#include <ATen/core/TensorBody.h>
#include <torch/nn/module.h>
#include <torch/nn/pimpl.h>

#include "model/layers/linear.h"
#include "model/layers/parameter_options.h"

namespace clip::model {

// FastViT's Attention: all pixels attend to each other, in heads of 32
// channels. Keys: qkv.weight, proj.*.
class FastVitAttentionImpl : public torch::nn::Module {
 public:
  // Throws unless `channels` is a multiple of 32.
  FastVitAttentionImpl(int64_t channels, const ParameterOptions& options);

  // [N, channels, H, W] -> the same shape
  at::Tensor forward(const at::Tensor& x);

 private:
  Linear qkv_ = nullptr;
  Linear proj_ = nullptr;
};
TORCH_MODULE(FastVitAttention);

}  // namespace clip::model

#endif  // MODEL_TOWERS_TIMM_FASTVIT_ATTENTION_H_

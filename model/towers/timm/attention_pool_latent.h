#ifndef MODEL_TOWERS_TIMM_ATTENTION_POOL_LATENT_H_
#define MODEL_TOWERS_TIMM_ATTENTION_POOL_LATENT_H_

#include <ATen/core/TensorBody.h>
#include <torch/nn/module.h>
#include <torch/nn/pimpl.h>

#include <cstdint>
#include <memory>

#include "model/config/activation.h"
#include "model/layers/layer_norm.h"
#include "model/layers/linear.h"
#include "model/layers/parameter_options.h"
#include "model/towers/timm/mlp.h"

namespace clip::model::timm {

struct AttentionPoolLatentOptions {
  int64_t width = 768;
  int64_t heads = 12;
  int64_t mlp_width = 3072;
  Activation activation = Activation::kGelu;
  double norm_eps = 1e-6;
};

// timm's AttentionPoolLatent, the MAP pooling of SigLIP: a learned query
// attends to all tokens, and an MLP is added to the result. Keys: latent
// [1, 1, width], q.*, kv.*, proj.*, norm.*, mlp.*.
class AttentionPoolLatentImpl : public torch::nn::Module {
 public:
  AttentionPoolLatentImpl(const AttentionPoolLatentOptions& pool,
                          const ParameterOptions& options);

  // [N, tokens, width] -> [N, width]
  at::Tensor forward(const at::Tensor& x);

 private:
  // [N, tokens, width] -> [N, heads, tokens, width / heads]
  at::Tensor SplitHeads(const at::Tensor& x) const;

  int64_t heads_;
  at::Tensor latent_;
  Linear q_ = nullptr;
  Linear kv_ = nullptr;
  Linear proj_ = nullptr;
  LayerNorm norm_ = nullptr;
  std::shared_ptr<Mlp> mlp_;
};
TORCH_MODULE(AttentionPoolLatent);

}  // namespace clip::model::timm

#endif  // MODEL_TOWERS_TIMM_ATTENTION_POOL_LATENT_H_

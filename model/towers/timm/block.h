#ifndef MODEL_TOWERS_TIMM_BLOCK_H_
#define MODEL_TOWERS_TIMM_BLOCK_H_

#include <ATen/core/TensorBody.h>
#include <torch/nn/module.h>
#include <torch/nn/pimpl.h>

#include <cstdint>
#include <memory>

#include "model/layers/layer_norm.h"
#include "model/layers/layer_scale.h"
#include "model/layers/parameter_options.h"
#include "model/towers/timm/attention_layer.h"
#include "model/towers/timm/mlp_layer.h"

namespace clip::model::timm {

struct BlockOptions {
  int64_t width = 768;
  double norm_eps = 1e-6;
  // Learned factors behind both halves.
  bool layer_scale = false;
  // The norms are behind the two halves, inside the residual.
  bool post_norm = false;
};

// timm's Block, EvaBlock, EvaBlockPostNorm and RelPosBlock: attention and an
// MLP, each added to its input. Keys: norm1.*, attn.*, norm2.*, mlp.* and with
// layer scale ls1.gamma, ls2.gamma.
class BlockImpl : public torch::nn::Module {
 public:
  BlockImpl(const BlockOptions& block,
            std::shared_ptr<AttentionLayer> attention,
            std::shared_ptr<MlpLayer> mlp, const ParameterOptions& options);

  // [N, tokens, width] -> [N, tokens, width]; `rope` is for the attention.
  at::Tensor forward(const at::Tensor& x, const at::Tensor& rope);

 private:
  bool post_norm_;
  LayerNorm norm1_ = nullptr;
  std::shared_ptr<AttentionLayer> attn_;
  // Empty without layer scale.
  LayerScale ls1_ = nullptr;
  LayerNorm norm2_ = nullptr;
  std::shared_ptr<MlpLayer> mlp_;
  LayerScale ls2_ = nullptr;
};
TORCH_MODULE(Block);

}  // namespace clip::model::timm

#endif  // MODEL_TOWERS_TIMM_BLOCK_H_

#ifndef MODEL_TOWERS_TIMM_FASTVIT_BLOCK_H_
#define MODEL_TOWERS_TIMM_FASTVIT_BLOCK_H_

#include <ATen/core/TensorBody.h>
#include <torch/nn/module.h>

#include <cstdint>
#include <memory>

#include "model/layers/parameter_options.h"

namespace clip::model {

struct FastVitBlockOptions {
  int64_t channels = 64;
  // Hidden channels of the MLP for each channel.
  int64_t mlp_ratio = 3;
  // Attention mixes the pixels, not a convolution.
  bool attention = false;
  // Of attention: LayerNorm2d before it, not a batch norm.
  bool layer_norm = false;
};

// One block of FastViT: pixels are mixed, then channels.
class FastVitBlock : public torch::nn::Module {
 public:
  // [N, channels, H, W] -> the same shape
  virtual at::Tensor forward(const at::Tensor& x) = 0;
};

// timm's RepMixerBlock or AttentionBlock.
std::shared_ptr<FastVitBlock> CreateFastVitBlock(
    const FastVitBlockOptions& block, const ParameterOptions& options);

}  // namespace clip::model

#endif  // MODEL_TOWERS_TIMM_FASTVIT_BLOCK_H_

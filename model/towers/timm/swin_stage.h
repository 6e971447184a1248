#ifndef MODEL_TOWERS_TIMM_SWIN_STAGE_H_
#define MODEL_TOWERS_TIMM_SWIN_STAGE_H_

#include <ATen/core/TensorBody.h>
#include <torch/nn/module.h>
#include <torch/nn/pimpl.h>

#include <vector>

#include "model/layers/layer_norm.h"
#include "model/layers/linear.h"
#include "model/layers/parameter_options.h"
#include "model/towers/timm/swin_block.h"

namespace clip::model {

struct SwinStageOptions {
  int64_t depth = 2;
  // Tokens of the square map's side, behind the downsampling.
  int64_t side = 56;
  // Merge 2 x 2 tokens of half the width before the blocks.
  bool downsample = true;
  WindowAttentionOptions attention;
};

// timm's SwinTransformerStage; every second block shifts its windows unless one
// covers the map. Keys: downsample.norm.*, downsample.reduction.weight,
// blocks.N.*.
class SwinStageImpl : public torch::nn::Module {
 public:
  // Throws where windows do not divide the map.
  SwinStageImpl(const SwinStageOptions& stage, const ParameterOptions& options);

  // [N, H, W, width] -> [N, side, side, attention.width]
  at::Tensor forward(const at::Tensor& x, bool grad_checkpointing);

 private:
  at::Tensor Downsample(const at::Tensor& x);

  SwinStageOptions stage_;
  // Both empty without downsampling.
  LayerNorm norm_ = nullptr;
  Linear reduction_ = nullptr;
  std::vector<SwinBlock> blocks_;
};
TORCH_MODULE(SwinStage);

}  // namespace clip::model

#endif  // MODEL_TOWERS_TIMM_SWIN_STAGE_H_

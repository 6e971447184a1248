#ifndef MODEL_TOWERS_TIMM_FASTVIT_STAGE_H_
#define MODEL_TOWERS_TIMM_FASTVIT_STAGE_H_

#include <ATen/core/TensorBody.h>
#include <torch/nn/module.h>
#include <torch/nn/pimpl.h>

#include <memory>
#include <vector>

#include "model/layers/conv2d.h"
#include "model/layers/parameter_options.h"
#include "model/towers/timm/fastvit_block.h"
#include "model/towers/timm/large_kernel_conv.h"
#include "model/towers/timm/mobile_one_block.h"

namespace clip::model {

struct FastVitStageOptions {
  int64_t in_channels = 64;
  int64_t depth = 2;
  // Halve the resolution before the blocks, with squeeze-and-excite or without.
  bool downsample = true;
  bool squeeze_excite = false;
  // All alike. A stage of attention also has positions, from a convolution.
  FastVitBlockOptions block;
};

// timm's FastVitStage. Keys: downsample.proj.{0,1}.*, pos_emb.pos_enc.*,
// blocks.N.*.
class FastVitStageImpl : public torch::nn::Module {
 public:
  FastVitStageImpl(const FastVitStageOptions& stage,
                   const ParameterOptions& options);

  // [N, in_channels, H, W] -> [N, block.channels, H', W']
  at::Tensor forward(const at::Tensor& x, bool grad_checkpointing);

 private:
  void RegisterDownsample(const FastVitStageOptions& stage,
                          const ParameterOptions& options);
  void RegisterPositions(int64_t channels, const ParameterOptions& options);

  // Both empty without downsampling.
  LargeKernelConv large_conv_ = nullptr;
  MobileOneBlock mix_ = nullptr;
  // Empty without attention.
  Conv2d pos_enc_ = nullptr;
  std::vector<std::shared_ptr<FastVitBlock>> blocks_;
};
TORCH_MODULE(FastVitStage);

}  // namespace clip::model

#endif  // MODEL_TOWERS_TIMM_FASTVIT_STAGE_H_

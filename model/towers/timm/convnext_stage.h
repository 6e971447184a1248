#ifndef MODEL_TOWERS_TIMM_CONVNEXT_STAGE_H_
#define MODEL_TOWERS_TIMM_CONVNEXT_STAGE_H_

#include <ATen/core/TensorBody.h>
#include <torch/nn/module.h>
#include <torch/nn/pimpl.h>

#include <vector>

#include "model/layers/conv2d.h"
#include "model/layers/layer_norm2d.h"
#include "model/layers/parameter_options.h"
#include "model/towers/timm/convnext_block.h"

namespace clip::model {

struct ConvNextStageOptions {
  int64_t in_width = 96;
  int64_t width = 96;
  int64_t depth = 3;
  // Norm and convolution that halve the resolution, before the blocks.
  bool downsample = true;
  double norm_eps = 1e-6;
};

// timm's ConvNeXtStage. Keys: downsample.0.* and downsample.1.* where it has
// them, blocks.N.*.
class ConvNextStageImpl : public torch::nn::Module {
 public:
  ConvNextStageImpl(const ConvNextStageOptions& stage,
                    const ParameterOptions& options);

  // [N, in_width, H, W] -> [N, width, H', W']
  at::Tensor forward(const at::Tensor& x, bool grad_checkpointing);

 private:
  // Empty without downsampling.
  LayerNorm2d norm_ = nullptr;
  Conv2d conv_ = nullptr;
  std::vector<ConvNextBlock> blocks_;
};
TORCH_MODULE(ConvNextStage);

}  // namespace clip::model

#endif  // MODEL_TOWERS_TIMM_CONVNEXT_STAGE_H_

#ifndef MODEL_TOWERS_TIMM_CONVNEXT_BLOCK_H_
#define MODEL_TOWERS_TIMM_CONVNEXT_BLOCK_H_

#include <ATen/core/TensorBody.h>
#include <torch/nn/module.h>
#include <torch/nn/pimpl.h>

#include <memory>

#include "model/layers/conv2d.h"
#include "model/layers/layer_norm.h"
#include "model/layers/parameter_options.h"
#include "model/towers/timm/mlp.h"

namespace clip::model {

// timm's ConvNeXtBlock: a depthwise convolution, then norm and MLP of each
// pixel, scaled and added to the input. Keys: conv_dw.*, norm.*, mlp.*, gamma.
class ConvNextBlockImpl : public torch::nn::Module {
 public:
  ConvNextBlockImpl(int64_t width, double norm_eps,
                    const ParameterOptions& options);

  // [N, width, H, W] -> the same shape. Quickest with channels last in memory,
  // because the MLP then needs no copy.
  at::Tensor forward(const at::Tensor& x);

 private:
  Conv2d conv_dw_ = nullptr;
  LayerNorm norm_ = nullptr;
  std::shared_ptr<timm::Mlp> mlp_;
  at::Tensor gamma_;
};
TORCH_MODULE(ConvNextBlock);

}  // namespace clip::model

#endif  // MODEL_TOWERS_TIMM_CONVNEXT_BLOCK_H_

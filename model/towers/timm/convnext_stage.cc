#include "model/towers/timm/convnext_stage.h"

#include <memory>
#include <string>

#include "model/layers/checkpoint.h"

namespace clip::model {

ConvNextStageImpl::ConvNextStageImpl(const ConvNextStageOptions& stage,
                                     const ParameterOptions& options) {
  if (stage.downsample) {
    auto parts =
        register_module("downsample", std::make_shared<torch::nn::Module>());
    norm_ = parts->register_module(
        "0", LayerNorm2d(stage.in_width, stage.norm_eps, options));
    Conv2dOptions halve;
    halve.in_channels = stage.in_width;
    halve.out_channels = stage.width;
    halve.kernel_size = 2;
    halve.stride = 2;
    halve.bias = true;
    conv_ = parts->register_module("1", Conv2d(halve, options));
  }
  auto blocks =
      register_module("blocks", std::make_shared<torch::nn::Module>());
  for (int64_t i = 0; i < stage.depth; ++i) {
    blocks_.push_back(blocks->register_module(
        std::to_string(i),
        ConvNextBlock(stage.width, stage.norm_eps, options)));
  }
}

at::Tensor ConvNextStageImpl::forward(const at::Tensor& x,
                                      bool grad_checkpointing) {
  at::Tensor y = conv_.is_empty() ? x : conv_->forward(norm_->forward(x));
  for (ConvNextBlock block : blocks_) {
    const auto run = [block](const std::vector<at::Tensor>& inputs) mutable {
      return block->forward(inputs[0]);
    };
    y = grad_checkpointing ? Checkpoint(run, {y}) : block->forward(y);
  }
  return y;
}

}  // namespace clip::model

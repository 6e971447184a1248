#include "model/towers/timm/swin_stage.h"

#include <c10/util/Exception.h>

#include <memory>
#include <string>

#include "model/layers/checkpoint.h"
#include "model/towers/timm/windows.h"

namespace clip::model {

SwinStageImpl::SwinStageImpl(const SwinStageOptions& stage,
                             const ParameterOptions& options)
    : stage_(stage) {
  const int64_t width = stage.attention.width;
  const int64_t window_size = stage.attention.window_size;
  TORCH_CHECK_VALUE(stage.side % window_size == 0, "windows of ", window_size,
                    " do not divide a map of ", stage.side);
  if (stage.downsample) {
    auto downsample =
        register_module("downsample", std::make_shared<torch::nn::Module>());
    norm_ = downsample->register_module(
        "norm", LayerNorm(2 * width, /*eps=*/1e-5, options));
    reduction_ = downsample->register_module(
        "reduction", Linear(2 * width, width, options, /*has_bias=*/false));
  }
  auto blocks =
      register_module("blocks", std::make_shared<torch::nn::Module>());
  for (int64_t i = 0; i < stage.depth; ++i) {
    const bool shift = i % 2 == 1 && stage.side > window_size;
    blocks_.push_back(blocks->register_module(
        std::to_string(i), SwinBlock(stage.attention, shift, options)));
  }
}

at::Tensor SwinStageImpl::forward(const at::Tensor& x,
                                  bool grad_checkpointing) {
  at::Tensor y = reduction_.is_empty() ? x : Downsample(x);
  const at::Tensor mask =
      ShiftMask(stage_.side, stage_.attention.window_size, y.options());
  for (SwinBlock block : blocks_) {
    const at::Tensor shown = block->shifts() ? mask : at::Tensor();
    const auto run = [block,
                      shown](const std::vector<at::Tensor>& inputs) mutable {
      return block->forward(inputs[0], shown);
    };
    y = grad_checkpointing ? Checkpoint(run, {y}) : block->forward(y, shown);
  }
  return y;
}

at::Tensor SwinStageImpl::Downsample(const at::Tensor& x) {
  const at::Tensor merged =
      x.reshape({x.size(0), x.size(1) / 2, 2, x.size(2) / 2, 2, x.size(3)})
          .permute({0, 1, 3, 4, 2, 5})
          .flatten(3);
  return reduction_->forward(norm_->forward(merged));
}

}  // namespace clip::model

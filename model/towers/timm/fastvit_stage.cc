#include "model/towers/timm/fastvit_stage.h"

#include <string>

#include "model/layers/checkpoint.h"

namespace clip::model {

FastVitStageImpl::FastVitStageImpl(const FastVitStageOptions& stage,
                                   const ParameterOptions& options) {
  if (stage.downsample) RegisterDownsample(stage, options);
  if (stage.block.attention) RegisterPositions(stage.block.channels, options);
  auto blocks =
      register_module("blocks", std::make_shared<torch::nn::Module>());
  for (int64_t i = 0; i < stage.depth; ++i) {
    blocks_.push_back(blocks->register_module(
        std::to_string(i), CreateFastVitBlock(stage.block, options)));
  }
}

void FastVitStageImpl::RegisterDownsample(const FastVitStageOptions& stage,
                                          const ParameterOptions& options) {
  const int64_t channels = stage.block.channels;
  auto downsample =
      register_module("downsample", std::make_shared<torch::nn::Module>());
  auto proj = downsample->register_module(
      "proj", std::make_shared<torch::nn::Module>());
  large_conv_ = proj->register_module(
      "0", LargeKernelConv(stage.in_channels, channels, stage.squeeze_excite,
                           options));
  MobileOneOptions mix;
  mix.in_channels = channels;
  mix.out_channels = channels;
  mix_ = proj->register_module("1", MobileOneBlock(mix, options));
}

void FastVitStageImpl::RegisterPositions(int64_t channels,
                                         const ParameterOptions& options) {
  Conv2dOptions conv;
  conv.in_channels = channels;
  conv.out_channels = channels;
  conv.kernel_size = 7;
  conv.padding = 3;
  conv.groups = channels;
  conv.bias = true;
  auto pos_emb =
      register_module("pos_emb", std::make_shared<torch::nn::Module>());
  pos_enc_ = pos_emb->register_module("pos_enc", Conv2d(conv, options));
}

at::Tensor FastVitStageImpl::forward(const at::Tensor& x,
                                     bool grad_checkpointing) {
  at::Tensor y = x;
  if (!mix_.is_empty()) y = mix_->forward(large_conv_->forward(y));
  if (!pos_enc_.is_empty()) y = y + pos_enc_->forward(y);
  for (const std::shared_ptr<FastVitBlock>& block : blocks_) {
    const auto run = [block](const std::vector<at::Tensor>& inputs) {
      return block->forward(inputs[0]);
    };
    y = grad_checkpointing ? Checkpoint(run, {y}) : block->forward(y);
  }
  return y;
}

}  // namespace clip::model

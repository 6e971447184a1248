#include "model/towers/timm/fastvit.h"

#include <memory>
#include <string>

namespace clip::model {
namespace {

constexpr size_t kFirstAttentionStage = 3;
constexpr size_t kFirstSqueezeExciteStage = 2;

FastVitStageOptions StageOptions(const FastVitOptions& fastvit, size_t index) {
  FastVitStageOptions stage;
  stage.in_channels = fastvit.widths[index == 0 ? 0 : index - 1];
  stage.depth = fastvit.depths[index];
  stage.downsample = index > 0;
  stage.squeeze_excite =
      fastvit.squeeze_excite && index >= kFirstSqueezeExciteStage;
  stage.block.channels = fastvit.widths[index];
  stage.block.mlp_ratio = fastvit.mlp_ratio;
  stage.block.attention = index >= kFirstAttentionStage;
  stage.block.layer_norm = fastvit.layer_norm;
  return stage;
}

MobileOneOptions FinalConv(int64_t channels) {
  MobileOneOptions block;
  block.in_channels = channels;
  block.out_channels = 2 * channels;
  block.kernel_size = 3;
  block.depthwise = true;
  block.squeeze_excite = true;
  return block;
}

}  // namespace

FastVit::FastVit(const FastVitOptions& fastvit, const TimmTrunkOptions& trunk,
                 const ParameterOptions& options) {
  RegisterStem(fastvit, options);
  auto stages =
      register_module("stages", std::make_shared<torch::nn::Module>());
  int64_t channels = fastvit.widths[0];
  for (size_t i = 0; i < fastvit.depths.size(); ++i) {
    if (fastvit.depths[i] == 0) break;
    stages_.push_back(stages->register_module(
        std::to_string(i), FastVitStage(StageOptions(fastvit, i), options)));
    channels = fastvit.widths[i];
  }
  const MobileOneOptions final_conv = FinalConv(channels);
  final_conv_ =
      register_module("final_conv", MobileOneBlock(final_conv, options));
  head_ = register_module(
      "head", ClassifierHead(final_conv.out_channels, trunk, options));
}

void FastVit::RegisterStem(const FastVitOptions& fastvit,
                           const ParameterOptions& options) {
  const int64_t channels = fastvit.widths[0];
  auto stem = register_module("stem", std::make_shared<torch::nn::Module>());
  MobileOneOptions block;
  block.in_channels = 3;
  block.out_channels = channels;
  block.kernel_size = 3;
  block.stride = 2;
  block.scale_branch = fastvit.stem_scale_branch;
  stem_.push_back(stem->register_module("0", MobileOneBlock(block, options)));
  block.in_channels = channels;
  block.depthwise = true;
  stem_.push_back(stem->register_module("1", MobileOneBlock(block, options)));
  block.kernel_size = 1;
  block.stride = 1;
  block.depthwise = false;
  stem_.push_back(stem->register_module("2", MobileOneBlock(block, options)));
}

StagedTrunk::Names FastVit::names() const {
  Names names;
  names.head = {"final_conv", "head"};
  return names;
}

at::Tensor FastVit::RunStem(const at::Tensor& pixels) {
  // Depthwise convolutions and the products over pixels are quickest so.
  at::Tensor x = pixels.contiguous(at::MemoryFormat::ChannelsLast);
  for (MobileOneBlock& block : stem_) x = block->forward(x);
  return x;
}

at::Tensor FastVit::RunStage(int64_t stage, const at::Tensor& x) {
  return stages_[stage]->forward(x, grad_checkpointing());
}

at::Tensor FastVit::RunEnd(const at::Tensor& x) {
  return final_conv_->forward(x);
}

at::Tensor FastVit::RunHead(const at::Tensor& x) { return head_->forward(x); }

}  // namespace clip::model

#include "model/towers/timm/convnext.h"

#include <memory>
#include <string>

namespace clip::model {

ConvNext::ConvNext(const ConvNextOptions& convnext,
                   const TimmTrunkOptions& trunk,
                   const ParameterOptions& options) {
  RegisterStem(convnext, options);
  auto stages =
      register_module("stages", std::make_shared<torch::nn::Module>());
  int64_t in_width = convnext.widths[0];
  for (size_t i = 0; i < convnext.depths.size(); ++i) {
    ConvNextStageOptions stage;
    stage.in_width = in_width;
    stage.width = convnext.widths[i];
    stage.depth = convnext.depths[i];
    stage.downsample = i > 0;
    stage.norm_eps = convnext.norm_eps;
    stages_.push_back(stages->register_module(std::to_string(i),
                                              ConvNextStage(stage, options)));
    in_width = stage.width;
  }
  head_ = register_module(
      "head", ClassifierHead(in_width, trunk, options, convnext.norm_eps));
}

void ConvNext::RegisterStem(const ConvNextOptions& convnext,
                            const ParameterOptions& options) {
  auto stem = register_module("stem", std::make_shared<torch::nn::Module>());
  Conv2dOptions patches;
  patches.out_channels = convnext.widths[0];
  patches.kernel_size = 4;
  patches.stride = 4;
  patches.bias = true;
  stem_conv_ = stem->register_module("0", Conv2d(patches, options));
  stem_norm_ = stem->register_module(
      "1", LayerNorm2d(convnext.widths[0], convnext.norm_eps, options));
}

at::Tensor ConvNext::RunStem(const at::Tensor& pixels) {
  return stem_norm_->forward(stem_conv_->forward(pixels));
}

at::Tensor ConvNext::RunStage(int64_t stage, const at::Tensor& x) {
  return stages_[stage]->forward(x, grad_checkpointing());
}

at::Tensor ConvNext::RunHead(const at::Tensor& x) { return head_->forward(x); }

}  // namespace clip::model

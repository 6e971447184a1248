#include "model/towers/timm/swin.h"

#include <c10/util/Exception.h>

#include <memory>
#include <string>

namespace clip::model {
namespace {

constexpr int64_t kPatchSize = 4;
constexpr double kEps = 1e-5;

}  // namespace

Swin::Swin(const SwinOptions& swin, const TimmTrunkOptions& trunk,
           const ParameterOptions& options)
    : image_size_(swin.image_size) {
  TORCH_CHECK_VALUE(
      trunk.image_height == image_size_ && trunk.image_width == image_size_,
      "this model takes pictures of ", image_size_, " x ", image_size_,
      " pixels, not of ", trunk.image_height, " x ", trunk.image_width);
  RegisterStem(swin, options);
  auto layers =
      register_module("layers", std::make_shared<torch::nn::Module>());
  SwinStageOptions stage;
  stage.side = image_size_ / kPatchSize;
  stage.attention.width = swin.embed_dim;
  stage.attention.window_size = swin.window_size;
  for (size_t i = 0; i < swin.depths.size() && swin.depths[i] > 0; ++i) {
    stage.downsample = i > 0;
    if (stage.downsample) {
      stage.side /= 2;
      stage.attention.width *= 2;
    }
    stage.depth = swin.depths[i];
    stage.attention.heads = swin.heads[i];
    layers_.push_back(
        layers->register_module(std::to_string(i), SwinStage(stage, options)));
  }
  const int64_t width = stage.attention.width;
  norm_ = register_module("norm", LayerNorm(width, kEps, options));
  head_ = register_module("head", ClassifierHead(width, trunk, options));
}

void Swin::RegisterStem(const SwinOptions& swin,
                        const ParameterOptions& options) {
  auto patch_embed =
      register_module("patch_embed", std::make_shared<torch::nn::Module>());
  Conv2dOptions patches;
  patches.out_channels = swin.embed_dim;
  patches.kernel_size = kPatchSize;
  patches.stride = kPatchSize;
  patches.bias = true;
  patch_proj_ = patch_embed->register_module("proj", Conv2d(patches, options));
  patch_norm_ = patch_embed->register_module(
      "norm", LayerNorm(swin.embed_dim, kEps, options));
}

std::set<std::string> Swin::NoWeightDecay() const {
  std::set<std::string> names;
  for (const auto& item : named_parameters()) {
    if (item.key().find("relative_position_bias_table") != std::string::npos) {
      names.insert(item.key());
    }
  }
  return names;
}

StagedTrunk::Names Swin::names() const {
  Names names;
  names.stem = "patch_embed";
  names.stages = "layers";
  names.end = {"norm"};
  return names;
}

at::Tensor Swin::RunStem(const at::Tensor& pixels) {
  TORCH_CHECK_VALUE(
      pixels.size(2) == image_size_ && pixels.size(3) == image_size_,
      "pictures of ", pixels.size(2), " x ", pixels.size(3),
      " pixels for a model of ", image_size_, " x ", image_size_);
  return patch_norm_->forward(
      patch_proj_->forward(pixels).permute({0, 2, 3, 1}));
}

at::Tensor Swin::RunStage(int64_t stage, const at::Tensor& x) {
  return layers_[stage]->forward(x, grad_checkpointing());
}

at::Tensor Swin::RunEnd(const at::Tensor& x) { return norm_->forward(x); }

at::Tensor Swin::RunHead(const at::Tensor& x) {
  return head_->forward(x.permute({0, 3, 1, 2}));
}

at::Tensor Swin::ToMap(const at::Tensor& x, bool normalize) {
  return (normalize ? norm_->forward(x) : x).permute({0, 3, 1, 2});
}

}  // namespace clip::model

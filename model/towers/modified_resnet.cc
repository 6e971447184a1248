#include "model/towers/modified_resnet.h"

#include <ATen/ops/avg_pool2d.h>
#include <c10/util/Exception.h>
#include <torch/nn/modules/container/modulelist.h>

#include <algorithm>
#include <string>

namespace clip::model {
namespace {

constexpr int64_t kStages = 5;

}  // namespace

ModifiedResNet::ModifiedResNet(const VisionConfig& config, int embed_dim,
                               const ParameterOptions& options)
    : config_(config) {
  RegisterStem(options);
  RegisterLayers(options);
  AttentionPool2dOptions pool;
  pool.grid = config.image_height / 32;
  pool.width = config.resnet_width * int64_t{32};
  pool.heads = config.resnet_heads;
  pool.output_width = embed_dim;
  attnpool_ = register_module("attnpool", AttentionPool2d(pool, options));
}

void ModifiedResNet::RegisterStem(const ParameterOptions& options) {
  const int64_t width = config_.resnet_width;
  Conv2dOptions conv;
  conv.kernel_size = 3;
  conv.padding = 1;
  conv.stride = 2;
  conv.out_channels = width / 2;
  for (size_t i = 0; i < stem_.size(); ++i) {
    if (i == stem_.size() - 1) conv.out_channels = width;
    stem_[i] =
        NormedConv2d::Register(*this, std::to_string(i + 1), conv, options);
    conv.in_channels = conv.out_channels;
    conv.stride = 1;
  }
}

void ModifiedResNet::RegisterLayers(const ParameterOptions& options) {
  int64_t in_planes = config_.resnet_width;
  int64_t planes = config_.resnet_width;
  for (size_t i = 0; i < config_.resnet_layers.size(); ++i) {
    auto layer = register_module("layer" + std::to_string(i + 1),
                                 torch::nn::ModuleList());
    for (int block = 0; block < config_.resnet_layers[i]; ++block) {
      const int64_t stride = i > 0 && block == 0 ? 2 : 1;
      stages_[i].emplace_back(in_planes, planes, stride, options);
      layer->push_back(stages_[i].back());
      in_planes = planes * BottleneckImpl::kExpansion;
    }
    planes *= 2;
  }
}

at::Tensor ModifiedResNet::forward(const at::Tensor& pixels) {
  at::Tensor x = pixels;
  for (int64_t stage = 0; stage < kStages; ++stage) x = RunStage(stage, x);
  return attnpool_->forward(x);
}

at::Tensor ModifiedResNet::RunStage(int64_t stage, at::Tensor x) {
  if (stage == 0) return Stem(x);
  for (Bottleneck& block : stages_.at(stage - 1)) x = block->forward(x);
  return x;
}

TowerIntermediates ModifiedResNet::ForwardIntermediates(
    const at::Tensor& pixels, const TowerIntermediatesOptions& options) {
  TORCH_CHECK(options.output_format == TowerIntermediatesOptions::Format::kNchw,
              "ModifiedResNet gives its intermediates as NCHW only");
  const std::vector<int64_t> take = options.indices.Resolve(kStages);
  // The pooling needs the last stage's shape.
  TORCH_CHECK(!options.stop_early || options.intermediates_only ||
                  (!take.empty() && take.back() == kStages - 1),
              "ModifiedResNet has no features where it stops early");
  TowerIntermediates output;
  at::Tensor x = pixels;
  for (int64_t stage = 0; stage < kStages; ++stage) {
    if (options.stop_early && (take.empty() || stage > take.back())) break;
    x = RunStage(stage, x);
    if (std::binary_search(take.begin(), take.end(), stage)) {
      output.intermediates.push_back(x);
    }
  }
  if (!options.intermediates_only) output.features = attnpool_->forward(x);
  return output;
}

std::vector<LayerGroup> ModifiedResNet::LayerGroups() const {
  return {{"stem", {"conv1", "bn1", "conv2", "bn2", "conv3", "bn3"}},
          {"layer1", {"layer1"}},
          {"layer2", {"layer2"}},
          {"layer3", {"layer3"}},
          {"layer4", {"layer4"}},
          {"attnpool", {"attnpool"}}};
}

void ModifiedResNet::SetGradCheckpointing(bool /*enable*/) {}

at::Tensor ModifiedResNet::Stem(at::Tensor x) {
  for (NormedConv2d& conv : stem_) x = conv.ForwardRelu(x);
  return at::avg_pool2d(x, {2, 2});
}

void ModifiedResNet::PrepareForInference(const InferenceOptions& /*options*/) {
  for (NormedConv2d& conv : stem_) conv.PrepareForInference();
}

}  // namespace clip::model

#include "model/towers/timm/mb_conv_stages.h"

#include <ATen/ops/gelu.h>
#include <torch/nn/modules/container/modulelist.h>

#include <memory>
#include <utility>

#include "model/layers/checkpoint.h"

namespace clip::model::timm {
namespace {

constexpr double kStageNormEps = 1e-6;
// Each halves the resolution: the stem, two stages and the pool.
constexpr int kHalvings = 4;

// Holds children under a name without adding any computation.
class Group : public torch::nn::Module {};

Conv2dOptions Conv3x3(int64_t in_channels, int64_t out_channels,
                      int64_t stride) {
  Conv2dOptions conv;
  conv.in_channels = in_channels;
  conv.out_channels = out_channels;
  conv.kernel_size = 3;
  conv.stride = stride;
  conv.padding = 1;
  conv.bias = true;
  return conv;
}

}  // namespace

MbConvStages::MbConvStages(const MbConvStagesOptions& stages,
                           const ParameterOptions& options) {
  RegisterStem(stages.stem_width, options);
  RegisterStages(stages, options);
  RegisterPool(stages.stage_widths.back(), stages.output_width, options);
}

void MbConvStages::RegisterStem(int64_t width,
                                const ParameterOptions& options) {
  auto stem = register_module("stem", std::make_shared<Group>());
  conv1_ =
      stem->register_module("conv1", Conv2d(Conv3x3(3, width, 2), options));
  norm1_ = stem->register_module("norm1",
                                 LayerNorm2d(width, kStageNormEps, options));
  conv2_ =
      stem->register_module("conv2", Conv2d(Conv3x3(width, width, 1), options));
}

void MbConvStages::RegisterStages(const MbConvStagesOptions& stages,
                                  const ParameterOptions& options) {
  torch::nn::ModuleList list;
  int64_t in_width = stages.stem_width;
  for (size_t s = 0; s < stages.depths.size(); ++s) {
    const int64_t width = stages.stage_widths[s];
    Stage stage;
    torch::nn::ModuleList blocks;
    for (int64_t d = 0; d < stages.depths[s]; ++d) {
      stage.emplace_back(in_width, width, /*stride=*/d == 0 ? 2 : 1, options);
      blocks->push_back(stage.back());
      in_width = width;
    }
    stages_.push_back(std::move(stage));
    list->push_back(blocks);
  }
  register_module("stages", std::move(list));
}

void MbConvStages::RegisterPool(int64_t in_channels, int64_t out_channels,
                                const ParameterOptions& options) {
  auto pool = register_module("pool", std::make_shared<Group>());
  pool_norm_ = pool->register_module(
      "norm", LayerNorm2d(in_channels, kStageNormEps, options));
  pool_proj_ = pool->register_module(
      "proj", Conv2d(Conv3x3(in_channels, out_channels, 2), options));
}

at::Tensor MbConvStages::forward(const at::Tensor& pixels) {
  // Norms over channels want these to lie beside each other.
  at::Tensor x =
      conv1_->forward(pixels.contiguous(at::MemoryFormat::ChannelsLast));
  x = conv2_->forward(at::gelu(norm1_->forward(x)));
  for (const Stage& stage : stages_) x = RunStage(stage, x);
  return pool_proj_->forward(pool_norm_->forward(x));
}

at::Tensor MbConvStages::RunStage(const Stage& stage,
                                  const at::Tensor& x) const {
  const auto run = [stage](const std::vector<at::Tensor>& inputs) {
    at::Tensor map = inputs[0];
    for (MbConvLnBlock block : stage) map = block->forward(map);
    return map;
  };
  return grad_checkpointing_ ? Checkpoint(run, {x}) : run({x});
}

Grid MbConvStages::OutputGrid(const Grid& image) const {
  Grid grid = image;
  for (int i = 0; i < kHalvings; ++i) {
    grid = {(grid.rows + 1) / 2, (grid.columns + 1) / 2};
  }
  return grid;
}

void MbConvStages::SetGradCheckpointing(bool enable) {
  grad_checkpointing_ = enable;
}

}  // namespace clip::model::timm

#include "model/towers/timm/rel_pos_mlp.h"

#include <ATen/ops/arange.h>
#include <ATen/ops/dropout.h>
#include <ATen/ops/log.h>
#include <ATen/ops/pad.h>
#include <ATen/ops/relu.h>
#include <ATen/ops/sign.h>
#include <ATen/ops/stack.h>

#include <memory>

namespace clip::model::timm {
namespace {

// Holds children under a name without adding any computation.
class Group : public torch::nn::Module {};

// Every distance of two cells, row distances first: [distances, 2].
at::Tensor LogCoordinates(const Grid& window) {
  const int64_t rows = 2 * window.rows - 1;
  const int64_t columns = 2 * window.columns - 1;
  const auto axis = [](int64_t size) {
    return at::arange(1 - size, size, at::kFloat);
  };
  const at::Tensor distances =
      at::stack({axis(window.rows).unsqueeze(1).expand({rows, columns}),
                 axis(window.columns).unsqueeze(0).expand({rows, columns})},
                2)
          .flatten(0, 1);
  return distances.sign() * (distances.abs() + 1.0).log();
}

// For each pair of cells the row of LogCoordinates: [cells * cells].
at::Tensor PairIndex(const Grid& window) {
  const auto apart = [](const at::Tensor& position, int64_t size) {
    return position.unsqueeze(1) - position.unsqueeze(0) + (size - 1);
  };
  const at::Tensor cells = at::arange(window.cells(), at::kLong);
  const at::Tensor row = cells.floor_divide(window.columns);
  const at::Tensor column = cells.remainder(window.columns);
  const at::Tensor index = apart(row, window.rows) * (2 * window.columns - 1) +
                           apart(column, window.columns);
  return index.flatten();
}

}  // namespace

RelPosMlpImpl::RelPosMlpImpl(const RelPosMlpOptions& rel_pos,
                             const ParameterOptions& options)
    : rel_pos_(rel_pos),
      rel_coords_log_(LogCoordinates(rel_pos.window)),
      relative_position_index_(PairIndex(rel_pos.window)) {
  if (!options.device.is_meta()) {
    rel_coords_log_ = rel_coords_log_.to(options.device);
    relative_position_index_ = relative_position_index_.to(options.device);
  }
  auto mlp = register_module("mlp", std::make_shared<Group>());
  fc1_ = mlp->register_module("fc1", Linear(2, rel_pos.hidden_width, options));
  fc2_ = mlp->register_module(
      "fc2", Linear(rel_pos.hidden_width, rel_pos.heads, options));
}

at::Tensor RelPosMlpImpl::forward() {
  constexpr double kDropout = 0.125;  // As in timm, in training only.
  const at::Tensor coordinates = rel_coords_log_.to(fc1_->weight().options());
  const at::Tensor hidden = at::dropout(at::relu(fc1_->forward(coordinates)),
                                        kDropout, is_training());
  const int64_t cells = rel_pos_.window.cells();
  const at::Tensor bias =
      fc2_->forward(hidden)
          .index_select(0, relative_position_index_.to(hidden.device()))
          .view({cells, cells, rel_pos_.heads})
          .permute({2, 0, 1});
  const int64_t prefix = rel_pos_.prefix_tokens;
  return at::pad(bias, {prefix, 0, prefix, 0}).unsqueeze(0);
}

}  // namespace clip::model::timm

#include "model/towers/timm/window_attention.h"

#include <ATen/ops/arange.h>
#include <ATen/ops/empty.h>

#include "model/towers/timm/fused_attention.h"

namespace clip::model {
namespace {

// The row of the bias table for each pair of a window's tokens, flattened.
at::Tensor PairIndices(int64_t window_size, const at::TensorOptions& options) {
  const int64_t distances = 2 * window_size - 1;
  const at::Tensor tokens =
      at::arange(window_size * window_size, options.dtype(c10::kLong));
  const at::Tensor row = tokens.floor_divide(window_size);
  const at::Tensor column = tokens.remainder(window_size);
  const auto distance = [window_size](const at::Tensor& position) {
    return position.unsqueeze(1) - position.unsqueeze(0) + (window_size - 1);
  };
  return (distance(row) * distances + distance(column)).flatten();
}

}  // namespace

WindowAttentionImpl::WindowAttentionImpl(
    const WindowAttentionOptions& attention, const ParameterOptions& options)
    : attention_(attention) {
  const int64_t distances = 2 * attention.window_size - 1;
  relative_position_bias_table_ = register_parameter(
      "relative_position_bias_table",
      at::empty({distances * distances, attention.heads}, options.Float()));
  const int64_t width = attention.width;
  qkv_ = register_module("qkv", Linear(width, 3 * width, options));
  proj_ = register_module("proj", Linear(width, width, options));
}

at::Tensor WindowAttentionImpl::forward(const at::Tensor& x,
                                        const at::Tensor& mask) {
  at::Tensor bias = PositionBias();
  if (mask.defined()) {
    bias = (bias + mask)
               .unsqueeze(0)
               .expand({x.size(0) / mask.size(0), -1, -1, -1, -1})
               .flatten(0, 1);
  }
  return proj_->forward(timm::FusedAttention(qkv_->forward(x), attention_.heads,
                                             /*rope=*/{}, bias));
}

at::Tensor WindowAttentionImpl::PositionBias() const {
  const int64_t area = attention_.window_size * attention_.window_size;
  const at::Tensor& table = relative_position_bias_table_;
  return table
      .index_select(0, PairIndices(attention_.window_size, table.options()))
      .view({area, area, attention_.heads})
      .permute({2, 0, 1})
      .unsqueeze(0);
}

}  // namespace clip::model

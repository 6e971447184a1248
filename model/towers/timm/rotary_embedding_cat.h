#ifndef MODEL_TOWERS_TIMM_ROTARY_EMBEDDING_CAT_H_
#define MODEL_TOWERS_TIMM_ROTARY_EMBEDDING_CAT_H_

#include <ATen/core/TensorBody.h>
#include <c10/core/Device.h>

#include <cstdint>

#include "model/towers/timm/grid.h"

namespace clip::model::timm {

struct RotaryEmbeddingCatOptions {
  // A multiple of 4.
  int64_t head_width = 64;
  // The tokens of the picture.
  Grid grid;
  // Positions are scaled so that `grid` covers this one.
  Grid reference_grid;
  // Added to each index before that.
  double grid_offset = 0.0;
  // The column turns the first half of a head (timm's 'xy'), not the row.
  bool columns_first = false;
  // Tokens in front of the picture's, which nothing turns.
  int64_t prefix_tokens = 1;
};

// timm's RotaryEmbeddingCat for a fixed grid, as turns of the complex plane:
// [prefix + rows * columns, head_width / 2] complex64. Not a parameter, and
// computed from nothing but the options; on the CPU where `device` is meta.
at::Tensor RotaryEmbeddingCat(const RotaryEmbeddingCatOptions& options,
                              c10::Device device);

// Turns neighbouring channels by what RotaryEmbeddingCat gave, in float32:
// [N, tokens, A, heads, head width] -> the same shape and type, contiguous.
at::Tensor Rotate(const at::Tensor& x, const at::Tensor& rope);

}  // namespace clip::model::timm

#endif  // MODEL_TOWERS_TIMM_ROTARY_EMBEDDING_CAT_H_

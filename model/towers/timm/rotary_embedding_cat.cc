#include "model/towers/timm/rotary_embedding_cat.h"

#include <ATen/ops/arange.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/complex.h>
#include <ATen/ops/cos.h>
#include <ATen/ops/pow.h>
#include <ATen/ops/sin.h>
#include <ATen/ops/view_as_complex.h>
#include <ATen/ops/view_as_real.h>
#include <ATen/ops/zeros.h>

namespace clip::model::timm {
namespace {

// 0, 1, ... as angles: [size, bands].
at::Tensor AxisAngles(int64_t size, int64_t reference, double offset,
                      const at::Tensor& bands) {
  const at::Tensor positions =
      (at::arange(size, at::kFloat) + offset) / size * reference;
  return positions.unsqueeze(1) * bands;
}

}  // namespace

at::Tensor RotaryEmbeddingCat(const RotaryEmbeddingCatOptions& options,
                              c10::Device device) {
  constexpr double kTemperature = 10000.0;
  const Grid& grid = options.grid;
  const int64_t count = options.head_width / 4;
  const at::Tensor bands =
      at::pow(kTemperature, at::arange(count, at::kFloat) / count).reciprocal();
  const auto spread = [&](const at::Tensor& angles, int64_t axis) {
    return angles.unsqueeze(1 - axis).expand({grid.rows, grid.columns, count});
  };
  at::Tensor first = spread(AxisAngles(grid.rows, options.reference_grid.rows,
                                       options.grid_offset, bands),
                            0);
  at::Tensor second =
      spread(AxisAngles(grid.columns, options.reference_grid.columns,
                        options.grid_offset, bands),
             1);
  if (options.columns_first) std::swap(first, second);
  const at::Tensor angles =
      at::cat({at::zeros({options.prefix_tokens, 2 * count}),
               at::cat({first, second}, 2).flatten(0, 1)});
  const at::Tensor turns = at::complex(angles.cos(), angles.sin());
  return device.is_meta() ? turns : turns.to(device);
}

at::Tensor Rotate(const at::Tensor& x, const at::Tensor& rope) {
  const at::Tensor turns =
      rope.to(x.device()).view({rope.size(0), 1, 1, rope.size(1)});
  const at::Tensor pairs =
      at::view_as_complex(x.to(at::kFloat).unflatten(-1, {-1, 2}));
  return at::view_as_real(pairs * turns).flatten(-2).to(x.scalar_type());
}

}  // namespace clip::model::timm

#include "model/towers/timm/windows.h"

#include <ATen/ops/arange.h>

namespace clip::model {

at::Tensor SplitWindows(const at::Tensor& x, int64_t window_size) {
  const int64_t width = x.size(3);
  return x
      .reshape({x.size(0), x.size(1) / window_size, window_size,
                x.size(2) / window_size, window_size, width})
      .permute({0, 1, 3, 2, 4, 5})
      .reshape({-1, window_size * window_size, width});
}

at::Tensor JoinWindows(const at::Tensor& windows, at::IntArrayRef shape,
                       int64_t window_size) {
  return windows
      .reshape({shape[0], shape[1] / window_size, shape[2] / window_size,
                window_size, window_size, shape[3]})
      .permute({0, 1, 3, 2, 4, 5})
      .reshape(shape);
}

at::Tensor ShiftMask(int64_t side, int64_t window_size,
                     const at::TensorOptions& options) {
  // Along each side the shifted map has three bands: what stayed together, and
  // the two parts of the last windows.
  const at::Tensor position = at::arange(side, options.dtype(c10::kLong));
  const at::Tensor band = position.ge(side - window_size).to(c10::kLong) +
                          position.ge(side - window_size / 2).to(c10::kLong);
  const at::Tensor region = band.unsqueeze(1) * 3 + band.unsqueeze(0);
  const at::Tensor windows =
      SplitWindows(region.view({1, side, side, 1}), window_size).squeeze(-1);
  return windows.unsqueeze(1)
      .ne(windows.unsqueeze(2))
      .to(options.dtype())
      .mul(-100.0)
      .unsqueeze(1);
}

}  // namespace clip::model

#ifndef MODEL_TOWERS_TIMM_WINDOWS_H_
#define MODEL_TOWERS_TIMM_WINDOWS_H_

#include <ATen/core/TensorBody.h>

#include <cstdint>

namespace clip::model {

// Cuts a map into square windows, row by row: [N, H, W, width] ->
// [N * windows, window_size^2, width]. H and W are multiples of window_size.
at::Tensor SplitWindows(const at::Tensor& x, int64_t window_size);

// The reverse, for a map of `shape`.
at::Tensor JoinWindows(const at::Tensor& windows, at::IntArrayRef shape,
                       int64_t window_size);

// What keeps tokens apart that a cyclic shift of a square map brought into one
// window: 0 or -100, [windows, 1, window_size^2, window_size^2].
at::Tensor ShiftMask(int64_t side, int64_t window_size,
                     const at::TensorOptions& options);

}  // namespace clip::model

#endif  // MODEL_TOWERS_TIMM_WINDOWS_H_

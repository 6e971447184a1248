#ifndef MODEL_LAYERS_ROW_TENSORS_H_
#define MODEL_LAYERS_ROW_TENSORS_H_

#include <ATen/core/TensorBody.h>

#include "model/layers/packed_linear.h"

namespace clip::model {

// The kernels of row_kernels.h over tensors, on LibTorch's threads. Tensors are
// on the CPU, float32 or bfloat16. Throw as LibTorch does.

// x * sigmoid(1.702 x) in place; `x` is contiguous.
void QuickGelu_(const at::Tensor& x);

// Rows in 8 bits.
struct QuantizedRows {
  // [rows, columns] uint8
  at::Tensor values;
  // [rows, 2] float32: scale and zero point.
  at::Tensor scales;
};

// `x` [rows, columns]
QuantizedRows QuantizeRows(const at::Tensor& x);

// activation(scale * (product - zero_point * column_sums) + bias) + residual,
// of `product` [rows, columns] float32, in `dtype`. `column_sums` and `bias`
// are [columns] float32; the latter may be undefined.
at::Tensor FinishRows(const at::Tensor& product, const at::Tensor& scales,
                      const at::Tensor& column_sums, const at::Tensor& bias,
                      const LinearEpilogue& epilogue, c10::ScalarType dtype);

}  // namespace clip::model

#endif  // MODEL_LAYERS_ROW_TENSORS_H_

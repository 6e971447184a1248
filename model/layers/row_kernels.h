#ifndef MODEL_LAYERS_ROW_KERNELS_H_
#define MODEL_LAYERS_ROW_KERNELS_H_

#include <cstdint>

#include "model/config/activation.h"

namespace clip::model {

// Loops over the values of rows for which LibTorch has no single operator.
// Each is compiled for the machine's widest vectors. No tensor, no thread, no
// allocation; T is float, or uint16_t for the bits of a bfloat16.

// How one row is written in 8 bits: x = scale * (q - zero_point).
struct RowScale {
  // NaN where a value of the row is not finite, so that nothing made of the
  // row looks like an answer.
  float scale = 1.0F;
  // A whole number from 0 to 255.
  float zero_point = 0.0F;
};

// Rounds a row of `n` values to 256 equal steps between its least and its
// largest value, both at most and at least 0.
template <typename T>
RowScale QuantizeRow(const T* x, int64_t n, uint8_t* q);

// What becomes of a row of a product of quantized rows.
template <typename T>
struct RowEpilogue {
  // Of each column: the sum of its weights.
  const float* column_sums = nullptr;
  // Null: no bias.
  const float* bias = nullptr;
  // Null: the identity.
  const Activation* activation = nullptr;
  // Null: nothing is added. Comes last.
  const T* residual = nullptr;
};

// y = activation(scale * (product - zero_point * column_sums) + bias) +
// residual, each of `n` values.
template <typename T>
void FinishRow(const float* product, int64_t n, const RowScale& scale,
               const RowEpilogue<T>& epilogue, T* y);

// x * sigmoid(1.702 x), in place and computed in float32.
template <typename T>
void QuickGeluRow(T* x, int64_t n);

}  // namespace clip::model

#endif  // MODEL_LAYERS_ROW_KERNELS_H_

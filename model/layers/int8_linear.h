#ifndef MODEL_LAYERS_INT8_LINEAR_H_
#define MODEL_LAYERS_INT8_LINEAR_H_

#include <ATen/core/TensorBody.h>

#include "model/layers/packed_linear.h"

namespace clip::model {

// A weight rounded to 8 bits, with a scale for each output. Inputs are rounded
// to 8 bits when they come, with a scale and a zero point for each row: what a
// row gives does not depend on the rows beside it. Sums are exact.
class Int8Linear : public PackedLinear {
 public:
  // Whether this processor multiplies 8-bit integers, and the weight is large
  // enough to gain by it.
  static bool Suits(const at::Tensor& weight);

  // `weight` [out, in]
  explicit Int8Linear(const at::Tensor& weight);

  at::Tensor Forward(const at::Tensor& x, const at::Tensor& bias,
                     const LinearEpilogue& epilogue) const override;

 private:
  at::Tensor packed_;
  // [out] each: float32, int32 zeros, and the sum of each output's weights.
  at::Tensor scales_;
  at::Tensor zero_points_;
  at::Tensor column_sums_;
};

}  // namespace clip::model

#endif  // MODEL_LAYERS_INT8_LINEAR_H_

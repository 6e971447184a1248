#ifndef MODEL_LAYERS_WIDENED_LINEAR_H_
#define MODEL_LAYERS_WIDENED_LINEAR_H_

#include <ATen/core/TensorBody.h>

#include "model/layers/onednn_linear.h"
#include "model/layers/packed_linear.h"

namespace clip::model {

// A weight of 16-bit numbers that the processor does not multiply: packed as
// float32, which holds the same values. Inputs are widened and the result is
// rounded once, as a processor with such instructions does. As quick as
// float32, where LibTorch's own product takes ten times as long.
class WidenedLinear : public PackedLinear {
 public:
  // `weight` [out, in]
  explicit WidenedLinear(const at::Tensor& weight);

  at::Tensor Forward(const at::Tensor& x, const at::Tensor& bias,
                     const LinearEpilogue& epilogue) const override;

 private:
  OneDnnLinear wide_;
};

}  // namespace clip::model

#endif  // MODEL_LAYERS_WIDENED_LINEAR_H_

#ifndef MODEL_LAYERS_ONEDNN_LINEAR_H_
#define MODEL_LAYERS_ONEDNN_LINEAR_H_

#include <ATen/core/TensorBody.h>

#include "model/layers/packed_linear.h"

namespace clip::model {

// A packed float32 or bfloat16 weight. Bias, GELU or the residual are computed
// by oneDNN inside the product.
class OneDnnLinear : public PackedLinear {
 public:
  // `weight` [out, in]
  explicit OneDnnLinear(const at::Tensor& weight);

  at::Tensor Forward(const at::Tensor& x, const at::Tensor& bias,
                     const LinearEpilogue& epilogue) const override;

 private:
  at::Tensor packed_;
};

}  // namespace clip::model

#endif  // MODEL_LAYERS_ONEDNN_LINEAR_H_

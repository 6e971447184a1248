#ifndef MODEL_LAYERS_DEVICE_KERNELS_H_
#define MODEL_LAYERS_DEVICE_KERNELS_H_

#include <ATen/core/TensorBody.h>

#include "model/layers/packed_linear.h"

namespace clip::model {

// Kernels of a device that do in one pass over its memory what LibTorch's
// operators do in several. Results are computed in float32 and rounded once.
//
// Immutable and thread-safe; work is started on LibTorch's current stream.
// Throws as LibTorch does. No gradients.
class DeviceKernels {
 public:
  virtual ~DeviceKernels() = default;

  // Whether Linear takes this weight, [out, in].
  virtual bool SuitsLinear(const at::Tensor& weight) const = 0;
  // x weight^T + bias and what follows it: [..., in] -> [..., out]. All of one
  // type; `bias` [out] may be undefined.
  //
  // REQUIRES: SuitsLinear(weight)
  virtual at::Tensor Linear(const at::Tensor& x, const at::Tensor& weight,
                            const at::Tensor& bias,
                            const LinearEpilogue& epilogue) const = 0;

  // Whether LayerNorm takes rows of such a tensor, [..., width].
  virtual bool SuitsLayerNorm(const at::Tensor& x) const = 0;
  // Rows of zero mean and unit variance, times `weight` plus `bias`, both
  // float32 [width]; `bias` may be undefined. In the type of x.
  //
  // REQUIRES: SuitsLayerNorm(x)
  virtual at::Tensor LayerNorm(const at::Tensor& x, const at::Tensor& weight,
                               const at::Tensor& bias, double eps) const = 0;
};

}  // namespace clip::model

#endif  // MODEL_LAYERS_DEVICE_KERNELS_H_

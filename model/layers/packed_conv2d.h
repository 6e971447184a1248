#ifndef MODEL_LAYERS_PACKED_CONV2D_H_
#define MODEL_LAYERS_PACKED_CONV2D_H_

#include <ATen/core/TensorBody.h>

#include <mutex>

#include "model/layers/conv2d.h"
#include "model/layers/convolution_weights.h"

namespace clip::model {

// A convolution whose weights stay. On a CPU they lie as oneDNN multiplies
// them, from the first call on and best for pictures of that call's size; bias,
// ReLU and residual are computed inside.
//
// Thread-safe. Throws as LibTorch does. No gradients.
class PackedConv2d {
 public:
  // `dtype`: of the inputs. Sizes are those of `weights`; of `conv` it takes
  // stride, padding and groups.
  PackedConv2d(const ConvolutionWeights& weights, const Conv2dOptions& conv,
               c10::ScalarType dtype);

  // [N, in, H, W] -> [N, out, H', W'], in x's type.
  at::Tensor Forward(const at::Tensor& x) const;
  // relu(y)
  at::Tensor ForwardRelu(const at::Tensor& x) const;
  // relu(y + other), of y's shape and type.
  at::Tensor ForwardAddRelu(const at::Tensor& x, const at::Tensor& other) const;

 private:
  at::Tensor Compute(const at::Tensor& x, bool relu) const;
  const at::Tensor& PackedFor(const at::Tensor& x) const;

  Conv2dOptions conv_;
  bool packs_;
  // Computed in float32 where the processor has nothing quicker.
  bool widened_;
  at::Tensor bias_;
  mutable std::once_flag packed_once_;
  // As it was until packed.
  mutable at::Tensor weight_;
};

}  // namespace clip::model

#endif  // MODEL_LAYERS_PACKED_CONV2D_H_

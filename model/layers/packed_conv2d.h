#ifndef MODEL_LAYERS_PACKED_CONV2D_H_
#define MODEL_LAYERS_PACKED_CONV2D_H_

#include <ATen/core/TensorBody.h>

#include <mutex>

#include "model/layers/conv2d.h"
#include "model/layers/convolution_weights.h"
#include "model/layers/parameter_options.h"

namespace clip::model {

// What follows a convolution, along with it where that is possible.
enum class ConvActivation { kNone, kRelu, kGelu };

// A convolution whose weights stay. On a CPU they lie as oneDNN multiplies
// them, from the first call on and best for pictures of that call's size; bias
// and activation are computed inside.
//
// Thread-safe. Throws as LibTorch does. No gradients.
class PackedConv2d {
 public:
  // `dtype`: of the inputs. Sizes are those of `weights`, whose bias may be
  // undefined; of `conv` it takes stride, padding and groups.
  PackedConv2d(const ConvolutionWeights& weights, const Conv2dOptions& conv,
               c10::ScalarType dtype);

  // [N, in, H, W] -> [N, out, H', W'], in x's type.
  at::Tensor Forward(const at::Tensor& x,
                     ConvActivation activation = ConvActivation::kNone) const;
  // relu(y + other), of y's shape and type.
  at::Tensor ForwardAddRelu(const at::Tensor& x, const at::Tensor& other) const;

 private:
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

#ifndef MODEL_LAYERS_PACKED_LINEAR_H_
#define MODEL_LAYERS_PACKED_LINEAR_H_

#include <ATen/core/TensorBody.h>

#include <memory>
#include <optional>

#include "model/config/activation.h"
#include "model/layers/inference_layer.h"

namespace clip::model {

// What follows a product. It is computed along with it where that is possible.
struct LinearEpilogue {
  std::optional<Activation> activation;
  // Added at the end, of the product's shape and type; undefined: nothing is.
  at::Tensor residual;
};

// The weight of a linear layer in the layout that the processor multiplies.
// Immutable and thread-safe. Throws as LibTorch does. No gradients.
class PackedLinear {
 public:
  virtual ~PackedLinear() = default;

  // [..., in] -> [..., out], in the type of x. `bias` may be undefined.
  virtual at::Tensor Forward(const at::Tensor& x, const at::Tensor& bias,
                             const LinearEpilogue& epilogue) const = 0;
};

// Packs `weight` [out, in]. Null where there is nothing to gain: off the CPU
// without kernels that suit it, and for types other than float32, bfloat16 and
// float16.
std::shared_ptr<const PackedLinear> PackLinear(const at::Tensor& weight,
                                               const InferenceOptions& options);

// Packs `parameter` [out, ...], flattened to a matrix, and frees its values.
// Null, and the parameter as it was, where PackLinear gives null.
std::shared_ptr<const PackedLinear> PackParameter(
    const at::Tensor& parameter, const InferenceOptions& options);

// The product and its epilogue by `packed`, or where that is null by `weight`
// [out, in]; the latter records gradients.
at::Tensor ComputeLinear(const PackedLinear* packed, const at::Tensor& weight,
                         const at::Tensor& bias, const at::Tensor& x,
                         const LinearEpilogue& epilogue = {});

}  // namespace clip::model

#endif  // MODEL_LAYERS_PACKED_LINEAR_H_

#ifndef MODEL_LAYERS_ONEDNN_OPERATORS_H_
#define MODEL_LAYERS_ONEDNN_OPERATORS_H_

#include <ATen/core/TensorBody.h>

#include <string_view>

namespace clip::model {

// LibTorch's operators over oneDNN that have no C++ header. They are looked up
// by name, once. Thread-safe; throw as LibTorch does.

// Whether this LibTorch has them all.
bool HasOneDnnOperators();

// [out, in] float32 or bfloat16 -> an opaque tensor.
at::Tensor ReorderLinearWeight(const at::Tensor& weight);

// x weight^T + bias of a reordered weight, then `attribute`: "none" or "gelu"
// with the algorithm "none" or "tanh". `bias` may be undefined.
at::Tensor LinearPointwise(const at::Tensor& x, const at::Tensor& weight,
                           const at::Tensor& bias, std::string_view attribute,
                           std::string_view algorithm);

// x weight^T + bias + other.
at::Tensor LinearAdd(const at::Tensor& x, const at::Tensor& other,
                     const at::Tensor& weight, const at::Tensor& bias);

// [out, in] int8 -> an opaque tensor.
at::Tensor PackInt8Weight(const at::Tensor& weight);

// [rows, in] uint8, whole numbers, times a packed weight of which each output
// has a scale [out] float32 and the zero point [out] int32 of 0 ->
// [rows, out] float32.
at::Tensor Int8Product(const at::Tensor& x, const at::Tensor& weight,
                       const at::Tensor& scales, const at::Tensor& zero_points);

}  // namespace clip::model

#endif  // MODEL_LAYERS_ONEDNN_OPERATORS_H_

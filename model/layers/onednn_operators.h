#ifndef MODEL_LAYERS_ONEDNN_OPERATORS_H_
#define MODEL_LAYERS_ONEDNN_OPERATORS_H_

#include <ATen/core/TensorBody.h>

#include <cstdint>
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

// How a kernel moves over a picture.
struct ConvolutionSteps {
  int64_t stride = 1;
  int64_t padding = 0;
  int64_t groups = 1;
};

// [out, in / groups, k, k] float32 or bfloat16 -> an opaque tensor, in the
// layout that suits inputs of `input_sizes` [N, in, H, W].
at::Tensor ReorderConvolutionWeight(const at::Tensor& weight,
                                    const ConvolutionSteps& steps,
                                    at::IntArrayRef input_sizes);

// The convolution of a reordered weight and its bias, then `attribute`: "none"
// or "relu".
at::Tensor ConvolutionPointwise(const at::Tensor& x, const at::Tensor& weight,
                                const at::Tensor& bias,
                                const ConvolutionSteps& steps,
                                std::string_view attribute);

// relu(convolution + other)
at::Tensor ConvolutionAddRelu(const at::Tensor& x, const at::Tensor& other,
                              const at::Tensor& weight, const at::Tensor& bias,
                              const ConvolutionSteps& steps);

// [out, in] int8 -> an opaque tensor.
at::Tensor PackInt8Weight(const at::Tensor& weight);

// [rows, in] uint8, whole numbers, times a packed weight of which each output
// has a scale [out] float32 and the zero point [out] int32 of 0 ->
// [rows, out] float32.
at::Tensor Int8Product(const at::Tensor& x, const at::Tensor& weight,
                       const at::Tensor& scales, const at::Tensor& zero_points);

}  // namespace clip::model

#endif  // MODEL_LAYERS_ONEDNN_OPERATORS_H_

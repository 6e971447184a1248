#include "model/layers/onednn_operators.h"

#include <ATen/core/List.h>
#include <ATen/core/dispatch/Dispatcher.h>

#include <array>
#include <cstdint>
#include <optional>

namespace clip::model {
namespace {

using OptionalTensor = std::optional<at::Tensor>;
using Scalars = c10::List<std::optional<at::Scalar>>;

using Reorder = at::Tensor(const at::Tensor&, std::optional<int64_t>);
using Pointwise = at::Tensor(const at::Tensor&, const at::Tensor&,
                             const OptionalTensor&, std::string_view, Scalars,
                             std::optional<std::string_view>);
using PointwiseBinary = at::Tensor(const at::Tensor&, const at::Tensor&,
                                   const at::Tensor&, const OptionalTensor&,
                                   std::string_view);
using ReorderConvolution = at::Tensor(const at::Tensor&, at::IntArrayRef,
                                      at::IntArrayRef, at::IntArrayRef, int64_t,
                                      at::OptionalIntArrayRef);
using Convolution = at::Tensor(const at::Tensor&, const at::Tensor&,
                               const OptionalTensor&, at::IntArrayRef,
                               at::IntArrayRef, at::IntArrayRef, int64_t,
                               std::string_view, Scalars,
                               std::optional<std::string_view>);
using ConvolutionBinary = at::Tensor(const at::Tensor&, const at::Tensor&,
                                     const at::Tensor&, const OptionalTensor&,
                                     at::IntArrayRef, at::IntArrayRef,
                                     at::IntArrayRef, int64_t, std::string_view,
                                     std::optional<at::Scalar>,
                                     std::optional<std::string_view>, Scalars,
                                     std::optional<std::string_view>);
using Prepack = at::Tensor(at::Tensor, std::optional<c10::List<int64_t>>);
using QuantizedPointwise = at::Tensor(at::Tensor, double, int64_t, at::Tensor,
                                      at::Tensor, at::Tensor, OptionalTensor,
                                      double, int64_t,
                                      std::optional<c10::ScalarType>,
                                      std::string_view, Scalars,
                                      std::string_view);

constexpr const char* kReorder = "mkldnn::_reorder_linear_weight";
constexpr const char* kPointwise = "mkldnn::_linear_pointwise";
constexpr const char* kReorderConvolution =
    "mkldnn::_reorder_convolution_weight";
constexpr const char* kConvolution = "mkldnn::_convolution_pointwise";
constexpr const char* kPrepack = "onednn::qlinear_prepack";
constexpr const char* kQuantized = "onednn::qlinear_pointwise";

using Pair = std::array<int64_t, 2>;
constexpr Pair kDilation = {1, 1};

template <typename Signature>
c10::TypedOperatorHandle<Signature> Find(const char* name,
                                         const char* overload = "") {
  return c10::Dispatcher::singleton()
      .findSchemaOrThrow(name, overload)
      .typed<Signature>();
}

OptionalTensor Defined(const at::Tensor& tensor) {
  if (!tensor.defined()) return std::nullopt;
  return tensor;
}

}  // namespace

bool HasOneDnnOperators() {
  static const bool all = [] {
    const auto has = [](const char* name, const char* overload) {
      return c10::Dispatcher::singleton()
          .findSchema({name, overload})
          .has_value();
    };
    return has(kReorder, "") && has(kPointwise, "") &&
           has(kPointwise, "binary") && has(kReorderConvolution, "") &&
           has(kConvolution, "") && has(kConvolution, "binary") &&
           has(kPrepack, "") && has(kQuantized, "");
  }();
  return all;
}

at::Tensor ReorderLinearWeight(const at::Tensor& weight) {
  static const auto reorder = Find<Reorder>(kReorder);
  return reorder.call(weight, std::nullopt);
}

at::Tensor LinearPointwise(const at::Tensor& x, const at::Tensor& weight,
                           const at::Tensor& bias, std::string_view attribute,
                           std::string_view algorithm) {
  static const auto pointwise = Find<Pointwise>(kPointwise);
  return pointwise.call(x, weight, Defined(bias), attribute, Scalars(),
                        algorithm);
}

at::Tensor LinearAdd(const at::Tensor& x, const at::Tensor& other,
                     const at::Tensor& weight, const at::Tensor& bias) {
  static const auto binary = Find<PointwiseBinary>(kPointwise, "binary");
  return binary.call(x, other, weight, Defined(bias), "add");
}

at::Tensor ReorderConvolutionWeight(const at::Tensor& weight,
                                    const ConvolutionSteps& steps,
                                    at::IntArrayRef input_sizes) {
  static const auto reorder = Find<ReorderConvolution>(kReorderConvolution);
  const Pair padding = {steps.padding, steps.padding};
  const Pair stride = {steps.stride, steps.stride};
  return reorder.call(weight, padding, stride, kDilation, steps.groups,
                      input_sizes);
}

at::Tensor ConvolutionPointwise(const at::Tensor& x, const at::Tensor& weight,
                                const at::Tensor& bias,
                                const ConvolutionSteps& steps,
                                std::string_view attribute) {
  static const auto convolution = Find<Convolution>(kConvolution);
  const Pair padding = {steps.padding, steps.padding};
  const Pair stride = {steps.stride, steps.stride};
  return convolution.call(x, weight, Defined(bias), padding, stride, kDilation,
                          steps.groups, attribute, Scalars(), std::nullopt);
}

at::Tensor ConvolutionAddRelu(const at::Tensor& x, const at::Tensor& other,
                              const at::Tensor& weight, const at::Tensor& bias,
                              const ConvolutionSteps& steps) {
  static const auto convolution =
      Find<ConvolutionBinary>(kConvolution, "binary");
  const Pair padding = {steps.padding, steps.padding};
  const Pair stride = {steps.stride, steps.stride};
  return convolution.call(x, other, weight, Defined(bias), padding, stride,
                          kDilation, steps.groups, "add", /*alpha=*/1, "relu",
                          Scalars(), std::nullopt);
}

at::Tensor PackInt8Weight(const at::Tensor& weight) {
  static const auto prepack = Find<Prepack>(kPrepack);
  return prepack.call(weight, std::nullopt);
}

at::Tensor Int8Product(const at::Tensor& x, const at::Tensor& weight,
                       const at::Tensor& scales,
                       const at::Tensor& zero_points) {
  static const auto pointwise = Find<QuantizedPointwise>(kQuantized);
  return pointwise.call(x, /*x_scale=*/1.0, /*x_zero_point=*/0, weight, scales,
                        zero_points, /*bias=*/std::nullopt,
                        /*output_scale=*/1.0, /*output_zero_point=*/0,
                        c10::kFloat, "none", Scalars(), "");
}

}  // namespace clip::model

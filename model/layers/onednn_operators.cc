#include "model/layers/onednn_operators.h"

#include <ATen/core/List.h>
#include <ATen/core/dispatch/Dispatcher.h>

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
using Prepack = at::Tensor(at::Tensor, std::optional<c10::List<int64_t>>);
using QuantizedPointwise = at::Tensor(at::Tensor, double, int64_t, at::Tensor,
                                      at::Tensor, at::Tensor, OptionalTensor,
                                      double, int64_t,
                                      std::optional<c10::ScalarType>,
                                      std::string_view, Scalars,
                                      std::string_view);

constexpr const char* kReorder = "mkldnn::_reorder_linear_weight";
constexpr const char* kPointwise = "mkldnn::_linear_pointwise";
constexpr const char* kPrepack = "onednn::qlinear_prepack";
constexpr const char* kQuantized = "onednn::qlinear_pointwise";

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
           has(kPointwise, "binary") && has(kPrepack, "") &&
           has(kQuantized, "");
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

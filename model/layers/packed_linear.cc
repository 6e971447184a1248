#include "model/layers/packed_linear.h"

#include <ATen/ops/empty.h>
#include <ATen/ops/linear.h>

#include "model/layers/activate.h"
#include "model/layers/device_kernels.h"
#include "model/layers/device_linear.h"
#include "model/layers/int8_linear.h"
#include "model/layers/onednn_linear.h"
#include "model/layers/onednn_operators.h"
#include "model/layers/widen.h"
#include "model/layers/widened_linear.h"

namespace clip::model {
namespace {

bool CanPack(const at::Tensor& weight) {
  if (!weight.is_cpu() || !HasOneDnnOperators()) return false;
  const auto dtype = weight.scalar_type();
  return dtype == c10::kFloat || dtype == c10::kBFloat16 || dtype == c10::kHalf;
}

}  // namespace

std::shared_ptr<const PackedLinear> PackLinear(
    const at::Tensor& weight, const InferenceOptions& options) {
  if (options.kernels != nullptr && options.kernels->SuitsLinear(weight)) {
    return std::make_shared<DeviceLinear>(weight, options.kernels);
  }
  if (!CanPack(weight)) return nullptr;
  if (options.int8 && Int8Linear::Suits(weight)) {
    return std::make_shared<Int8Linear>(weight);
  }
  if (IsWidened(weight)) return std::make_shared<WidenedLinear>(weight);
  return std::make_shared<OneDnnLinear>(weight);
}

std::shared_ptr<const PackedLinear> PackParameter(
    const at::Tensor& parameter, const InferenceOptions& options) {
  auto packed = PackLinear(parameter.flatten(1), options);
  // The same tensor is registered under its name, and becomes empty with it.
  if (packed) parameter.set_data(at::empty({0}, parameter.options()));
  return packed;
}

at::Tensor ComputeLinear(const PackedLinear* packed, const at::Tensor& weight,
                         const at::Tensor& bias, const at::Tensor& x,
                         const LinearEpilogue& epilogue) {
  if (packed != nullptr) return packed->Forward(x, bias, epilogue);
  at::Tensor y = at::linear(x, weight, bias);
  if (epilogue.activation.has_value()) y = Activate(*epilogue.activation, y);
  return epilogue.residual.defined() ? epilogue.residual + y : y;
}

}  // namespace clip::model

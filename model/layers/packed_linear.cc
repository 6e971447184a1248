#include "model/layers/packed_linear.h"

#include <ATen/ops/empty.h>
#include <ATen/ops/linear.h>

#include "model/layers/activate.h"
#include "model/layers/cpu_features.h"
#include "model/layers/int8_linear.h"
#include "model/layers/onednn_linear.h"
#include "model/layers/onednn_operators.h"

namespace clip::model {
namespace {

bool CanPack(const at::Tensor& weight) {
  if (!weight.is_cpu() || !HasOneDnnOperators()) return false;
  if (weight.scalar_type() == c10::kFloat) return true;
  return weight.scalar_type() == c10::kBFloat16 && MultipliesBfloat16();
}

}  // namespace

std::shared_ptr<const PackedLinear> PackLinear(
    const at::Tensor& weight, const InferenceOptions& options) {
  if (!CanPack(weight)) return nullptr;
  if (options.int8 && Int8Linear::Suits(weight)) {
    return std::make_shared<Int8Linear>(weight);
  }
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

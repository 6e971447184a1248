#include "model/layers/activate.h"

#include <ATen/ops/gelu.h>
#include <ATen/ops/sigmoid.h>

namespace clip::model {

at::Tensor Activate(Activation activation, const at::Tensor& x) {
  switch (activation) {
    case Activation::kGelu:
      return at::gelu(x);
    case Activation::kGeluTanh:
      return at::gelu(x, "tanh");
    case Activation::kQuickGelu:
      break;
  }
  constexpr double kSlope = 1.702;
  return x * at::sigmoid(x * kSlope);
}

}  // namespace clip::model

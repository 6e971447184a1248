#include "model/layers/onednn_linear.h"

#include "model/layers/onednn_operators.h"
#include "model/layers/row_tensors.h"

namespace clip::model {

OneDnnLinear::OneDnnLinear(const at::Tensor& weight)
    : packed_(ReorderLinearWeight(weight.detach().contiguous())) {}

at::Tensor OneDnnLinear::Forward(const at::Tensor& x, const at::Tensor& bias,
                                 const LinearEpilogue& epilogue) const {
  const auto& residual = epilogue.residual;
  if (!epilogue.activation.has_value()) {
    if (residual.defined()) return LinearAdd(x, residual, packed_, bias);
    return LinearPointwise(x, packed_, bias, "none", "");
  }
  at::Tensor y;
  switch (*epilogue.activation) {
    case Activation::kGelu:
      y = LinearPointwise(x, packed_, bias, "gelu", "none");
      break;
    case Activation::kGeluTanh:
      y = LinearPointwise(x, packed_, bias, "gelu", "tanh");
      break;
    case Activation::kQuickGelu:
      // oneDNN has no factor in its sigmoid.
      y = LinearPointwise(x, packed_, bias, "none", "");
      QuickGelu_(y);
      break;
  }
  return residual.defined() ? y.add_(residual) : y;
}

}  // namespace clip::model

#include "model/layers/widened_linear.h"

#include "model/layers/widen.h"

namespace clip::model {

WidenedLinear::WidenedLinear(const at::Tensor& weight) : wide_(Widen(weight)) {}

at::Tensor WidenedLinear::Forward(const at::Tensor& x, const at::Tensor& bias,
                                  const LinearEpilogue& epilogue) const {
  LinearEpilogue wide = epilogue;
  wide.residual = Widen(epilogue.residual);
  return wide_.Forward(Widen(x), Widen(bias), wide).to(x.scalar_type());
}

}  // namespace clip::model

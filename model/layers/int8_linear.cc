#include "model/layers/int8_linear.h"

#include <ATen/ops/zeros.h>

#include <vector>

#include "model/layers/cpu_features.h"
#include "model/layers/onednn_operators.h"
#include "model/layers/row_tensors.h"

namespace clip::model {

bool Int8Linear::Suits(const at::Tensor& weight) {
  constexpr int64_t kLeastWidth = 64;
  return HasInt8Instructions() && weight.size(0) >= kLeastWidth &&
         weight.size(1) >= kLeastWidth;
}

Int8Linear::Int8Linear(const at::Tensor& weight) {
  constexpr double kLargest = 127.0;
  // A row of zeros alone needs a scale, too.
  constexpr double kLeastScale = 1e-30;
  const at::Tensor floats = weight.detach().to(c10::kFloat);
  scales_ = (floats.abs().amax(1) / kLargest).clamp_min(kLeastScale);
  const at::Tensor rounded = (floats / scales_.unsqueeze(1)).round_();
  column_sums_ = rounded.sum(1).mul_(scales_);
  zero_points_ = at::zeros({weight.size(0)}, c10::kInt);
  packed_ = PackInt8Weight(rounded.to(c10::kChar));
}

at::Tensor Int8Linear::Forward(const at::Tensor& x, const at::Tensor& bias,
                               const LinearEpilogue& epilogue) const {
  const QuantizedRows rows = QuantizeRows(x.reshape({-1, x.size(-1)}));
  const at::Tensor product =
      Int8Product(rows.values, packed_, scales_, zero_points_);
  at::Tensor floats;
  if (bias.defined()) floats = bias.to(c10::kFloat);
  std::vector<int64_t> shape = x.sizes().vec();
  shape.back() = scales_.size(0);
  return FinishRows(product, rows.scales, column_sums_, floats, epilogue,
                    x.scalar_type())
      .view(shape);
}

}  // namespace clip::model

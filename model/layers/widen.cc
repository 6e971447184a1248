#include "model/layers/widen.h"

#include "model/layers/cpu_features.h"

namespace clip::model {

bool IsWidened(const at::Tensor& x) {
  if (!x.is_cpu()) return false;
  return x.scalar_type() == c10::kHalf ||
         (x.scalar_type() == c10::kBFloat16 && !MultipliesBfloat16Faster());
}

at::Tensor Widen(const at::Tensor& x) {
  return x.defined() ? x.to(c10::kFloat) : x;
}

}  // namespace clip::model

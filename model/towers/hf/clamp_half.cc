#include "model/towers/hf/clamp_half.h"

namespace clip::model {

at::Tensor ClampHalf(const at::Tensor& x) {
  constexpr double kLimit = 65504.0 - 1000.0;
  return x.scalar_type() == c10::kHalf ? x.clamp(-kLimit, kLimit) : x;
}

}  // namespace clip::model

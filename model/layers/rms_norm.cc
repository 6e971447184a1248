#include "model/layers/rms_norm.h"

#include <ATen/ops/empty.h>
#include <ATen/ops/rsqrt.h>

namespace clip::model {

RmsNormImpl::RmsNormImpl(int64_t width, double eps,
                         const ParameterOptions& options)
    : eps_(eps) {
  weight_ = register_parameter("weight", at::empty({width}, options.Float()));
}

at::Tensor RmsNormImpl::forward(const at::Tensor& x) const {
  const at::Tensor floats = x.to(c10::kFloat);
  const at::Tensor mean_square =
      floats.pow(2).mean(/*dim=*/-1, /*keepdim=*/true);
  return (weight_ * (floats * at::rsqrt(mean_square + eps_)))
      .to(x.scalar_type());
}

}  // namespace clip::model

#include "model/layers/layer_norm.h"

#include <ATen/ops/empty.h>
#include <ATen/ops/layer_norm.h>
#include <c10/core/GradMode.h>

#include "model/layers/device_kernels.h"

namespace clip::model {

LayerNormImpl::LayerNormImpl(int64_t width, double eps,
                             const ParameterOptions& options, bool has_bias)
    : width_(width), eps_(eps) {
  weight_ = register_parameter("weight", at::empty({width}, options.Float()));
  if (!has_bias) return;
  bias_ = register_parameter("bias", at::empty({width}, options.Float()));
}

at::Tensor LayerNormImpl::forward(const at::Tensor& x) const {
  if (kernels_ != nullptr && kernels_->SuitsLayerNorm(x)) {
    return kernels_->LayerNorm(x, weight_, bias_, eps_);
  }
  // On the CPU LibTorch itself sums such rows in float32 and rounds once.
  if (x.is_cpu() && !c10::GradMode::is_enabled()) {
    return at::layer_norm(x, {width_}, weight_, bias_, eps_);
  }
  return at::layer_norm(x.to(c10::kFloat), {width_}, weight_, bias_, eps_)
      .to(x.scalar_type());
}

}  // namespace clip::model

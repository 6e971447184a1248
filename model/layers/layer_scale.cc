#include "model/layers/layer_scale.h"

#include <ATen/ops/full.h>

namespace clip::model {

LayerScaleImpl::LayerScaleImpl(int64_t width, double init_value,
                               const ParameterOptions& options) {
  gamma_ = register_parameter("gamma",
                              at::full({width}, init_value, options.Float()));
}

at::Tensor LayerScaleImpl::forward(const at::Tensor& x) const {
  return (x * gamma_).to(x.scalar_type());
}

}  // namespace clip::model

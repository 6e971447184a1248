#include "model/towers/timm/channel_scale.h"

#include <ATen/ops/empty.h>

namespace clip::model {

ChannelScaleImpl::ChannelScaleImpl(int64_t channels,
                                   const ParameterOptions& options) {
  gamma_ =
      register_parameter("gamma", at::empty({channels, 1, 1}, options.Float()));
}

at::Tensor ChannelScaleImpl::forward(const at::Tensor& x) const {
  return (x * gamma_).to(x.scalar_type());
}

}  // namespace clip::model

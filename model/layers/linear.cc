#include "model/layers/linear.h"

#include <ATen/ops/empty.h>
#include <ATen/ops/linear.h>

namespace clip::model {

LinearImpl::LinearImpl(int64_t in_features, int64_t out_features,
                       const ParameterOptions& options, bool has_bias) {
  weight_ = register_parameter(
      "weight", at::empty({out_features, in_features}, options.Matrix()));
  if (!has_bias) return;
  bias_ =
      register_parameter("bias", at::empty({out_features}, options.Matrix()));
}

at::Tensor LinearImpl::forward(const at::Tensor& x) const {
  return at::linear(x, weight_, bias_);
}

}  // namespace clip::model

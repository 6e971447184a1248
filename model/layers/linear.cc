#include "model/layers/linear.h"

#include <ATen/ops/empty.h>

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
  return ComputeLinear(packed_.get(), weight_, bias_, x);
}

at::Tensor LinearImpl::ForwardActivated(const at::Tensor& x,
                                        Activation activation) const {
  return ComputeLinear(packed_.get(), weight_, bias_, x, {activation, {}});
}

at::Tensor LinearImpl::ForwardAdd(const at::Tensor& x,
                                  const at::Tensor& residual) const {
  return ComputeLinear(packed_.get(), weight_, bias_, x, {{}, residual});
}

at::Tensor LinearImpl::ForwardWithBias(const at::Tensor& x,
                                       const at::Tensor& bias) const {
  return ComputeLinear(packed_.get(), weight_, bias, x);
}

void LinearImpl::PrepareForInference(const InferenceOptions& options) {
  packed_ = PackParameter(weight_, options);
}

}  // namespace clip::model

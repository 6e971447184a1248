#include "model/layers/mlp.h"

namespace clip::model {

MlpImpl::MlpImpl(const TransformerConfig& config,
                 const ParameterOptions& options)
    : activation_(config.activation) {
  c_fc_ =
      register_module("c_fc", Linear(config.width, config.mlp_width, options));
  c_proj_ = register_module("c_proj",
                            Linear(config.mlp_width, config.width, options));
}

at::Tensor MlpImpl::forward(const at::Tensor& x, const at::Tensor& residual) {
  return c_proj_->ForwardAdd(c_fc_->ForwardActivated(x, activation_), residual);
}

}  // namespace clip::model

#include "model/layers/mlp.h"

#include "model/layers/activate.h"

namespace clip::model {

MlpImpl::MlpImpl(const TransformerConfig& config,
                 const ParameterOptions& options)
    : activation_(config.activation) {
  c_fc_ =
      register_module("c_fc", Linear(config.width, config.mlp_width, options));
  c_proj_ = register_module("c_proj",
                            Linear(config.mlp_width, config.width, options));
}

at::Tensor MlpImpl::forward(const at::Tensor& x) {
  return c_proj_->forward(Activate(activation_, c_fc_->forward(x)));
}

}  // namespace clip::model

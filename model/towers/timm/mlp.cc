#include "model/towers/timm/mlp.h"

namespace clip::model::timm {

Mlp::Mlp(const MlpOptions& mlp, const ParameterOptions& options)
    : activation_(mlp.activation) {
  fc1_ = register_module("fc1", Linear(mlp.width, mlp.hidden_width, options));
  fc2_ = register_module("fc2", Linear(mlp.hidden_width, mlp.width, options));
}

at::Tensor Mlp::forward(const at::Tensor& x) {
  return fc2_->forward(fc1_->ForwardActivated(x, activation_));
}

}  // namespace clip::model::timm

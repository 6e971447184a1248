#include "model/towers/timm/ge_glu_mlp.h"

namespace clip::model::timm {

GeGluMlp::GeGluMlp(const MlpOptions& mlp, const ParameterOptions& options)
    : activation_(mlp.activation) {
  norm_ = register_module("norm", LayerNorm(mlp.width, mlp.norm_eps, options));
  w0_ = register_module("w0", Linear(mlp.width, mlp.hidden_width, options));
  w1_ = register_module("w1", Linear(mlp.width, mlp.hidden_width, options));
  w2_ = register_module("w2", Linear(mlp.hidden_width, mlp.width, options));
}

at::Tensor GeGluMlp::forward(const at::Tensor& x) {
  const at::Tensor normed = norm_->forward(x);
  const at::Tensor gate = w0_->ForwardActivated(normed, activation_);
  return w2_->forward(gate * w1_->forward(normed));
}

}  // namespace clip::model::timm

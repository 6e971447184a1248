#include "model/towers/timm/swi_glu.h"

#include <ATen/ops/silu.h>

namespace clip::model::timm {

SwiGlu::SwiGlu(const MlpOptions& mlp, const ParameterOptions& options) {
  fc1_g_ =
      register_module("fc1_g", Linear(mlp.width, mlp.hidden_width, options));
  fc1_x_ =
      register_module("fc1_x", Linear(mlp.width, mlp.hidden_width, options));
  norm_ = register_module("norm",
                          LayerNorm(mlp.hidden_width, mlp.norm_eps, options));
  fc2_ = register_module("fc2", Linear(mlp.hidden_width, mlp.width, options));
}

at::Tensor SwiGlu::forward(const at::Tensor& x) {
  const at::Tensor gate = at::silu(fc1_g_->forward(x));
  return fc2_->forward(norm_->forward(gate * fc1_x_->forward(x)));
}

}  // namespace clip::model::timm

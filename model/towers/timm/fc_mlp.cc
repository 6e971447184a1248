#include "model/towers/timm/fc_mlp.h"

#include "model/layers/activate.h"

namespace clip::model {

FcMlpImpl::FcMlpImpl(int64_t width, int64_t hidden_width,
                     const ParameterOptions& options) {
  fc1_ = register_module("fc1", Linear(width, hidden_width, options));
  fc2_ = register_module("fc2", Linear(hidden_width, width, options));
}

at::Tensor FcMlpImpl::forward(const at::Tensor& x) {
  return fc2_->forward(Activate(Activation::kGelu, fc1_->forward(x)));
}

}  // namespace clip::model

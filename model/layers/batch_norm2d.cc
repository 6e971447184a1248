#include "model/layers/batch_norm2d.h"

#include <ATen/ops/batch_norm.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/rsqrt.h>
#include <ATen/ops/zeros.h>

namespace clip::model {
namespace {

constexpr double kEps = 1e-5;

}  // namespace

BatchNorm2dImpl::BatchNorm2dImpl(int64_t channels,
                                 const ParameterOptions& options) {
  const at::TensorOptions floats = options.Float();
  weight_ = register_parameter("weight", at::empty({channels}, floats));
  bias_ = register_parameter("bias", at::empty({channels}, floats));
  running_mean_ =
      register_buffer("running_mean", at::empty({channels}, floats));
  running_var_ = register_buffer("running_var", at::empty({channels}, floats));
  num_batches_tracked_ = register_buffer(
      "num_batches_tracked", at::zeros({}, floats.dtype(c10::kLong)));
}

at::Tensor BatchNorm2dImpl::forward(const at::Tensor& x) {
  constexpr double kMomentum = 0.1;
  const bool training = is_training() && !frozen_;
  if (training) num_batches_tracked_.add_(1);
  return at::batch_norm(x, weight_, bias_, running_mean_, running_var_,
                        training, kMomentum, kEps,
                        /*cudnn_enabled=*/true);
}

BatchNorm2dImpl::Affine BatchNorm2dImpl::affine() const {
  const at::Tensor scale = weight_ * at::rsqrt(running_var_ + kEps);
  return {scale, bias_ - running_mean_ * scale};
}

}  // namespace clip::model

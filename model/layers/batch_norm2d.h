#ifndef MODEL_LAYERS_BATCH_NORM2D_H_
#define MODEL_LAYERS_BATCH_NORM2D_H_

#include <ATen/core/TensorBody.h>
#include <torch/nn/module.h>
#include <torch/nn/pimpl.h>

#include "model/layers/parameter_options.h"

namespace clip::model {

// Batch normalization over N, H and W; outside training by the stored
// statistics. Frozen it uses and keeps them in training, too. Keys: weight,
// bias, running_mean, running_var, each [channels] float32, and
// num_batches_tracked, an int64 scalar.
class BatchNorm2dImpl : public torch::nn::Module {
 public:
  BatchNorm2dImpl(int64_t channels, const ParameterOptions& options);

  // [N, channels, H, W] -> the same shape and type
  at::Tensor forward(const at::Tensor& x);

  void set_frozen(bool frozen) { frozen_ = frozen; }

  // What it does by the stored statistics: x * scale + shift, each [channels]
  // float32.
  struct Affine {
    at::Tensor scale;
    at::Tensor shift;
  };
  Affine affine() const;

 private:
  bool frozen_ = false;
  at::Tensor weight_;
  at::Tensor bias_;
  at::Tensor running_mean_;
  at::Tensor running_var_;
  at::Tensor num_batches_tracked_;
};
TORCH_MODULE(BatchNorm2d);

}  // namespace clip::model

#endif  // MODEL_LAYERS_BATCH_NORM2D_H_

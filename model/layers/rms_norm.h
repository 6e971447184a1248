#ifndef MODEL_LAYERS_RMS_NORM_H_
#define MODEL_LAYERS_RMS_NORM_H_

#include <ATen/core/TensorBody.h>
#include <torch/nn/module.h>
#include <torch/nn/pimpl.h>

#include "model/layers/parameter_options.h"

namespace clip::model {

// Divides by the root of the mean square, computed in float32 and cast back to
// the type of its input: LayerNorm without mean and bias. Key: weight [width],
// float32.
class RmsNormImpl : public torch::nn::Module {
 public:
  RmsNormImpl(int64_t width, double eps, const ParameterOptions& options);

  // [..., width] -> [..., width]
  at::Tensor forward(const at::Tensor& x) const;

 private:
  double eps_;
  at::Tensor weight_;
};
TORCH_MODULE(RmsNorm);

}  // namespace clip::model

#endif  // MODEL_LAYERS_RMS_NORM_H_

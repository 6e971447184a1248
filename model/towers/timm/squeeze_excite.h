#ifndef MODEL_TOWERS_TIMM_SQUEEZE_EXCITE_H_
#define MODEL_TOWERS_TIMM_SQUEEZE_EXCITE_H_

#include <ATen/core/TensorBody.h>
#include <torch/nn/module.h>
#include <torch/nn/pimpl.h>

#include "model/layers/conv2d.h"
#include "model/layers/parameter_options.h"

namespace clip::model {

// timm's SqueezeExcite: scales each channel by a number between 0 and 1 that
// the means of all channels decide. Keys: fc1.*, fc2.*.
class SqueezeExciteImpl : public torch::nn::Module {
 public:
  SqueezeExciteImpl(int64_t channels, int64_t reduced_channels,
                    const ParameterOptions& options);

  // [N, channels, H, W] -> the same shape
  at::Tensor forward(const at::Tensor& x);

 private:
  Conv2d fc1_ = nullptr;
  Conv2d fc2_ = nullptr;
};
TORCH_MODULE(SqueezeExcite);

}  // namespace clip::model

#endif  // MODEL_TOWERS_TIMM_SQUEEZE_EXCITE_H_

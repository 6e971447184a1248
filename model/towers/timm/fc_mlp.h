#ifndef MODEL_TOWERS_TIMM_FC_MLP_H_
#define MODEL_TOWERS_TIMM_FC_MLP_H_

#include <ATen/core/TensorBody.h>
#include <torch/nn/module.h>
#include <torch/nn/pimpl.h>

#include "model/layers/linear.h"
#include "model/layers/parameter_options.h"

namespace clip::model {

// timm's Mlp on channels that come last: two linear layers with GELU between.
// Keys: fc1.*, fc2.*.
class FcMlpImpl : public torch::nn::Module {
 public:
  FcMlpImpl(int64_t width, int64_t hidden_width,
            const ParameterOptions& options);

  // [..., width] -> [..., width]
  at::Tensor forward(const at::Tensor& x);

 private:
  Linear fc1_ = nullptr;
  Linear fc2_ = nullptr;
};
TORCH_MODULE(FcMlp);

}  // namespace clip::model

#endif  // MODEL_TOWERS_TIMM_FC_MLP_H_

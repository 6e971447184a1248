#ifndef MODEL_TOWERS_TIMM_CONV_NORM_H_
#define MODEL_TOWERS_TIMM_CONV_NORM_H_

#include <ATen/core/TensorBody.h>
#include <torch/nn/module.h>
#include <torch/nn/pimpl.h>

#include "model/layers/batch_norm2d.h"
#include "model/layers/conv2d.h"
#include "model/layers/convolution_weights.h"
#include "model/layers/parameter_options.h"

namespace clip::model {

// timm's ConvNormAct without activation: a convolution and its batch norm.
// Keys: conv.weight, bn.*.
class ConvNormImpl : public torch::nn::Module {
 public:
  ConvNormImpl(const Conv2dOptions& conv, const ParameterOptions& options);

  // [N, in, H, W] -> [N, out, H', W']
  at::Tensor forward(const at::Tensor& x);

  ConvolutionWeights Fused() const;

 private:
  Conv2d conv_ = nullptr;
  BatchNorm2d bn_ = nullptr;
};
TORCH_MODULE(ConvNorm);

}  // namespace clip::model

#endif  // MODEL_TOWERS_TIMM_CONV_NORM_H_

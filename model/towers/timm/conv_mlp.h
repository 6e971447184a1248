#ifndef MODEL_TOWERS_TIMM_CONV_MLP_H_
#define MODEL_TOWERS_TIMM_CONV_MLP_H_

#include <ATen/core/TensorBody.h>
#include <torch/nn/module.h>
#include <torch/nn/pimpl.h>

#include "model/layers/conv2d.h"
#include "model/layers/inference_layer.h"
#include "model/layers/parameter_options.h"
#include "model/towers/timm/conv_norm.h"

namespace clip::model {

// FastViT's ConvMlp: a depthwise convolution of 7 pixels with its norm, then an
// MLP of each pixel. Keys: conv.{conv,bn}.*, fc1.*, fc2.*.
class ConvMlpImpl : public torch::nn::Module, public InferenceLayer {
 public:
  ConvMlpImpl(int64_t channels, int64_t hidden_channels,
              const ParameterOptions& options);

  // [N, channels, H, W] -> the same shape
  at::Tensor forward(const at::Tensor& x);
  void PrepareForInference(const InferenceOptions& options) override;

 private:
  ConvNorm conv_ = nullptr;
  Conv2d fc1_ = nullptr;
  Conv2d fc2_ = nullptr;
};
TORCH_MODULE(ConvMlp);

}  // namespace clip::model

#endif  // MODEL_TOWERS_TIMM_CONV_MLP_H_

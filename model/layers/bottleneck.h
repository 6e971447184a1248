#ifndef MODEL_LAYERS_BOTTLENECK_H_
#define MODEL_LAYERS_BOTTLENECK_H_

#include <ATen/core/TensorBody.h>
#include <torch/nn/module.h>
#include <torch/nn/pimpl.h>

#include "model/layers/batch_norm2d.h"
#include "model/layers/conv2d.h"
#include "model/layers/parameter_options.h"

namespace clip::model {

// A block of ModifiedResNet: convolutions 1x1, 3x3, 1x1, each with batch norm,
// added to the input. A stride is an average pooling behind the second one, so
// that no pixel is skipped. Keys: conv1..3.*, bn1..3.* and, where the shape
// changes, downsample.0.* (convolution) and downsample.1.* (norm).
class BottleneckImpl : public torch::nn::Module {
 public:
  // Outputs have kExpansion times `planes` channels.
  static constexpr int64_t kExpansion = 4;

  BottleneckImpl(int64_t in_planes, int64_t planes, int64_t stride,
                 const ParameterOptions& options);

  // [N, in_planes, H, W] -> [N, 4 planes, H / stride, W / stride]
  at::Tensor forward(const at::Tensor& x);

 private:
  at::Tensor Identity(const at::Tensor& x);

  int64_t stride_;
  Conv2d conv1_ = nullptr;
  BatchNorm2d bn1_ = nullptr;
  Conv2d conv2_ = nullptr;
  BatchNorm2d bn2_ = nullptr;
  Conv2d conv3_ = nullptr;
  BatchNorm2d bn3_ = nullptr;
  // Empty where input and output have the same shape.
  Conv2d downsample_conv_ = nullptr;
  BatchNorm2d downsample_bn_ = nullptr;
};
TORCH_MODULE(Bottleneck);

}  // namespace clip::model

#endif  // MODEL_LAYERS_BOTTLENECK_H_

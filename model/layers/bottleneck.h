#ifndef MODEL_LAYERS_BOTTLENECK_H_
#define MODEL_LAYERS_BOTTLENECK_H_

#include <ATen/core/TensorBody.h>
#include <torch/nn/module.h>
#include <torch/nn/pimpl.h>

#include "model/layers/inference_layer.h"
#include "model/layers/normed_conv2d.h"
#include "model/layers/parameter_options.h"

namespace clip::model {

// A block of ModifiedResNet: convolutions 1x1, 3x3, 1x1, each with batch norm,
// added to the input. A stride is an average pooling behind the second one, so
// that no pixel is skipped. Keys: conv1..3.*, bn1..3.* and, where the shape
// changes, downsample.0.* (convolution) and downsample.1.* (norm).
class BottleneckImpl : public torch::nn::Module, public InferenceLayer {
 public:
  // Outputs have kExpansion times `planes` channels.
  static constexpr int64_t kExpansion = 4;

  BottleneckImpl(int64_t in_planes, int64_t planes, int64_t stride,
                 const ParameterOptions& options);

  // [N, in_planes, H, W] -> [N, 4 planes, H / stride, W / stride]
  at::Tensor forward(const at::Tensor& x);

  void PrepareForInference(const InferenceOptions& options) override;

 private:
  at::Tensor Identity(const at::Tensor& x);

  int64_t stride_;
  NormedConv2d conv1_;
  NormedConv2d conv2_;
  NormedConv2d conv3_;
  // Empty where input and output have the same shape.
  NormedConv2d downsample_;
};
TORCH_MODULE(Bottleneck);

}  // namespace clip::model

#endif  // MODEL_LAYERS_BOTTLENECK_H_

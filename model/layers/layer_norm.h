#ifndef MODEL_LAYERS_LAYER_NORM_H_
#define MODEL_LAYERS_LAYER_NORM_H_

#include <ATen/core/TensorBody.h>
#include <torch/nn/module.h>
#include <torch/nn/pimpl.h>

#include <memory>

#include "model/layers/inference_layer.h"
#include "model/layers/parameter_options.h"

namespace clip::model {

// open_clip's LayerNorm: always computed in float32 and cast back to the type
// of its input. Keys: weight [width] and, with a bias, bias [width], both
// float32.
class LayerNormImpl : public torch::nn::Module, public InferenceLayer {
 public:
  LayerNormImpl(int64_t width, double eps, const ParameterOptions& options,
                bool has_bias = true);

  // [..., width] -> [..., width]
  at::Tensor forward(const at::Tensor& x) const;

  void PrepareForInference(const InferenceOptions& options) override {
    kernels_ = options.kernels;
  }

 private:
  int64_t width_;
  double eps_;
  at::Tensor weight_;
  at::Tensor bias_;
  // Null until prepared for inference, and where the device has none.
  std::shared_ptr<const DeviceKernels> kernels_;
};
TORCH_MODULE(LayerNorm);

}  // namespace clip::model

#endif  // MODEL_LAYERS_LAYER_NORM_H_

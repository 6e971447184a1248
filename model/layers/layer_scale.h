#ifndef MODEL_LAYERS_LAYER_SCALE_H_
#define MODEL_LAYERS_LAYER_SCALE_H_

#include <ATen/core/TensorBody.h>
#include <torch/nn/module.h>
#include <torch/nn/pimpl.h>

#include "model/layers/parameter_options.h"

namespace clip::model {

// Scales each channel by a learned factor. Key: gamma [width], float32.
class LayerScaleImpl : public torch::nn::Module {
 public:
  LayerScaleImpl(int64_t width, double init_value,
                 const ParameterOptions& options);

  // [..., width] -> [..., width], in the type of its input.
  at::Tensor forward(const at::Tensor& x) const;

 private:
  at::Tensor gamma_;
};
TORCH_MODULE(LayerScale);

}  // namespace clip::model

#endif  // MODEL_LAYERS_LAYER_SCALE_H_

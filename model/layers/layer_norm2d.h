#ifndef MODEL_LAYERS_LAYER_NORM2D_H_
#define MODEL_LAYERS_LAYER_NORM2D_H_

#include <ATen/core/TensorBody.h>
#include <torch/nn/pimpl.h>

#include "model/layers/layer_norm.h"

namespace clip::model {

// timm's LayerNorm2d: LayerNorm over the channels of each pixel. Keys: weight
// [channels], bias [channels], both float32.
class LayerNorm2dImpl : public LayerNormImpl {
 public:
  using LayerNormImpl::LayerNormImpl;

  // [N, channels, H, W] -> the same shape and type, channels last in memory
  at::Tensor forward(const at::Tensor& x) const;
};
TORCH_MODULE(LayerNorm2d);

}  // namespace clip::model

#endif  // MODEL_LAYERS_LAYER_NORM2D_H_

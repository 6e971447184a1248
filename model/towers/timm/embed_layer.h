#ifndef MODEL_TOWERS_TIMM_EMBED_LAYER_H_
#define MODEL_TOWERS_TIMM_EMBED_LAYER_H_

#include <ATen/core/TensorBody.h>
#include <torch/nn/module.h>

#include "model/towers/timm/grid.h"

namespace clip::model::timm {

// Turns pictures of one size into tokens: timm's embed_layer, registered as
// `patch_embed`.
class EmbedLayer : public torch::nn::Module {
 public:
  // [N, 3, H, W] -> [N, grid cells, width]
  virtual at::Tensor forward(const at::Tensor& pixels) = 0;

  // The tokens of a picture, row by row.
  virtual Grid grid() const = 0;

  // Recomputes its stages, where it has some, in the backward pass.
  virtual void SetGradCheckpointing(bool /*enable*/) {}
};

}  // namespace clip::model::timm

#endif  // MODEL_TOWERS_TIMM_EMBED_LAYER_H_

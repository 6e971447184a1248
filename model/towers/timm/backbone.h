#ifndef MODEL_TOWERS_TIMM_BACKBONE_H_
#define MODEL_TOWERS_TIMM_BACKBONE_H_

#include <ATen/core/TensorBody.h>
#include <torch/nn/module.h>

#include "model/towers/timm/grid.h"

namespace clip::model::timm {

// The convolutions in front of a transformer, which HybridEmbed registers as
// `backbone`.
class Backbone : public torch::nn::Module {
 public:
  // [N, 3, H, W] -> [N, width, rows, columns]
  virtual at::Tensor forward(const at::Tensor& pixels) = 0;

  // What forward makes of a picture of so many pixels.
  virtual Grid OutputGrid(const Grid& image) const = 0;

  virtual void SetGradCheckpointing(bool /*enable*/) {}
};

}  // namespace clip::model::timm

#endif  // MODEL_TOWERS_TIMM_BACKBONE_H_

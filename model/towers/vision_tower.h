#ifndef MODEL_TOWERS_VISION_TOWER_H_
#define MODEL_TOWERS_VISION_TOWER_H_

#include <ATen/core/TensorBody.h>
#include <torch/nn/module.h>

#include <string_view>

namespace clip::model {

// Turns pictures into embeddings: what CLIP registers as `visual`.
//
// forward may be called from several threads at once while no one changes
// parameters or mode. It throws as LibTorch does for a tensor of the wrong
// shape.
class VisionTower : public torch::nn::Module {
 public:
  // open_clip's class name.
  virtual std::string_view architecture() const = 0;

  // [N, 3, image height, image width] in the matrix type of the parameters
  // -> [N, embed_dim], not normalized.
  virtual at::Tensor forward(const at::Tensor& pixels) = 0;
};

}  // namespace clip::model

#endif  // MODEL_TOWERS_VISION_TOWER_H_

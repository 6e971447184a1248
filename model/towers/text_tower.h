#ifndef MODEL_TOWERS_TEXT_TOWER_H_
#define MODEL_TOWERS_TEXT_TOWER_H_

#include <ATen/core/TensorBody.h>
#include <torch/nn/module.h>

#include <string_view>

namespace clip::model {

// Turns token ids into embeddings. CLIP registers its children at its own
// root.
//
// forward may be called from several threads at once while no one changes
// parameters or mode.
class TextTower : public torch::nn::Module {
 public:
  // open_clip's class name.
  virtual std::string_view architecture() const = 0;

  // [N, L] int64 ids below the vocabulary size, L at most the context length
  // -> [N, embed_dim], not normalized.
  virtual at::Tensor forward(const at::Tensor& ids) = 0;
};

}  // namespace clip::model

#endif  // MODEL_TOWERS_TEXT_TOWER_H_

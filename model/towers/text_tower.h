#ifndef MODEL_TOWERS_TEXT_TOWER_H_
#define MODEL_TOWERS_TEXT_TOWER_H_

#include <ATen/core/TensorBody.h>
#include <torch/nn/module.h>

#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "model/towers/layer_group.h"
#include "model/towers/tower_intermediates.h"
#include "model/towers/tower_output.h"

namespace clip::model {

// Turns token ids into embeddings. CLIP registers its children at its own
// root, CustomTextCLIP and CoCa register it as `text`.
//
// The forward methods may be called from several threads at once while no one
// changes parameters or mode.
class TextTower : public torch::nn::Module {
 public:
  // open_clip's class name.
  virtual std::string_view architecture() const = 0;

  // Most token ids of a row, and ids that there are.
  virtual int64_t context_length() const = 0;
  virtual int64_t vocab_size() const = 0;

  // [N, L] int64 ids below the vocabulary size, L at most the context length
  // -> [N, embed_dim], not normalized.
  virtual at::Tensor forward(const at::Tensor& ids) = 0;

  // The same with the tokens behind the embedding, for CoCa. Throws where the
  // tower has none.
  virtual TowerOutput ForwardWithTokens(const at::Tensor& ids);

  // open_clip's forward_intermediates. Throws for an index out of range.
  virtual TowerIntermediates ForwardIntermediates(
      const at::Tensor& ids, const TowerIntermediatesOptions& options) = 0;

  // open_clip's layer_groups: every parameter, from the input to the output.
  virtual std::vector<LayerGroup> LayerGroups() const = 0;

  // Recomputes each block in the backward pass instead of keeping what is
  // inside it.
  virtual void SetGradCheckpointing(bool enable) = 0;

  // Names of parameters with several dimensions that weight decay must spare.
  virtual std::set<std::string> NoWeightDecay() const = 0;
};

}  // namespace clip::model

#endif  // MODEL_TOWERS_TEXT_TOWER_H_

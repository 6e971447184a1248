#ifndef MODEL_TOWERS_TIMM_REL_POS_MLP_H_
#define MODEL_TOWERS_TIMM_REL_POS_MLP_H_

#include <ATen/core/TensorBody.h>
#include <torch/nn/module.h>
#include <torch/nn/pimpl.h>

#include <cstdint>

#include "model/layers/linear.h"
#include "model/layers/parameter_options.h"
#include "model/towers/timm/grid.h"

namespace clip::model::timm {

struct RelPosMlpOptions {
  // The tokens of the picture.
  Grid window;
  int64_t heads = 8;
  int64_t hidden_width = 256;
  // Tokens in front of them, whose bias is 0.
  int64_t prefix_tokens = 1;
};

// timm's RelPosMlp in mode "cr": an attention bias for each pair of tokens,
// from the signed logarithms of how many rows and columns they are apart. Keys:
// mlp.fc1.*, mlp.fc2.*.
class RelPosMlpImpl : public torch::nn::Module {
 public:
  RelPosMlpImpl(const RelPosMlpOptions& rel_pos,
                const ParameterOptions& options);

  // [1, heads, tokens, tokens]
  at::Tensor forward();

 private:
  RelPosMlpOptions rel_pos_;
  // Neither is in a checkpoint, and both are on the CPU for a meta device.
  // [distances, 2]
  at::Tensor rel_coords_log_;
  // [tokens * tokens] int64: the distance of each pair.
  at::Tensor relative_position_index_;
  Linear fc1_ = nullptr;
  Linear fc2_ = nullptr;
};
TORCH_MODULE(RelPosMlp);

}  // namespace clip::model::timm

#endif  // MODEL_TOWERS_TIMM_REL_POS_MLP_H_

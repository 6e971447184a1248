#ifndef MODEL_TOWERS_TOWER_OUTPUT_H_
#define MODEL_TOWERS_TOWER_OUTPUT_H_

#include <ATen/core/TensorBody.h>

namespace clip::model {

// A tower's embedding together with the tokens that it was pooled from:
// open_clip's output_tokens.
struct TowerOutput {
  // [N, embed_dim], not normalized.
  at::Tensor pooled;
  // [N, tokens, width], the pooled token left out.
  at::Tensor tokens;
};

}  // namespace clip::model

#endif  // MODEL_TOWERS_TOWER_OUTPUT_H_

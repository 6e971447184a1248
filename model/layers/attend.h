#ifndef MODEL_LAYERS_ATTEND_H_
#define MODEL_LAYERS_ATTEND_H_

#include <ATen/core/TensorBody.h>

#include <memory>

#include "model/layers/packed_sequences.h"

namespace clip::model {

// Scaled-dot-product attention of tokens over the same tokens.
struct AttendInputs {
  // Each [N, L, heads, head width], of any strides.
  at::Tensor query;
  at::Tensor key;
  at::Tensor value;
  // Whether a token sees only itself and those before it.
  bool causal = false;
  // Added to the scores, broadcast to [N, heads, L, L]; undefined = nothing.
  // Not together with `causal`.
  at::Tensor bias;
  // Causal sequences in the one row; the tokens that belong to none get zeros.
  // Null: each row is a sequence. Not together with `bias`.
  std::shared_ptr<const PackedSequences> packed;
};

// [N, L, heads * head width]. Short sequences on the CPU, without a recording
// of gradients, run by attention_kernel.h, the rest by LibTorch.
at::Tensor Attend(const AttendInputs& inputs);

}  // namespace clip::model

#endif  // MODEL_LAYERS_ATTEND_H_

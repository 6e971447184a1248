#ifndef MODEL_TOWERS_PACKED_TEXTS_H_
#define MODEL_TOWERS_PACKED_TEXTS_H_

#include <ATen/core/TensorBody.h>

#include <memory>

#include "model/layers/packed_sequences.h"

namespace clip::model {

// Texts up to the token that is pooled, in one row of T tokens. What several of
// them begin with, the start of text at least, is there once.
struct PackedTexts {
  // [T] int64
  at::Tensor ids;
  // Position of each in its text, [T] int64.
  at::Tensor positions;
  // The last token of each text, [N] int64.
  at::Tensor last;
  std::shared_ptr<const PackedSequences> sequences;
};

// `ids` [N, L] int64, and of each text the position that is pooled, [N] int64;
// both on the CPU. Few different T keep LibTorch's caches small: the row is
// filled up with tokens that belong to no text. Throws as LibTorch does.
PackedTexts PackTexts(const at::Tensor& ids, const at::Tensor& pooled);

}  // namespace clip::model

#endif  // MODEL_TOWERS_PACKED_TEXTS_H_

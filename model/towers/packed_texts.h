#ifndef MODEL_TOWERS_PACKED_TEXTS_H_
#define MODEL_TOWERS_PACKED_TEXTS_H_

#include <ATen/core/TensorBody.h>

#include <cstdint>
#include <vector>

namespace clip::model {

// The tokens of several texts behind one another, up to the one that is pooled.
struct PackedTexts {
  // [T] int64
  at::Tensor ids;
  // Position of each in its own text, [T] int64.
  at::Tensor positions;
  // Where each text begins, and where the last one ends.
  std::vector<int64_t> starts;
  // The last token of each text, [N] int64.
  at::Tensor last;
};

// `ids` [N, L] int64, and of each text the position that is pooled, [N] int64;
// both on the CPU. Few different T keep LibTorch's caches small: many tokens
// are filled up with some that belong to no text. Throws as LibTorch does.
PackedTexts PackTexts(const at::Tensor& ids, const at::Tensor& pooled);

}  // namespace clip::model

#endif  // MODEL_TOWERS_PACKED_TEXTS_H_

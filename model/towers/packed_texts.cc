#include "model/towers/packed_texts.h"

#include <ATen/ops/zeros.h>

#include <algorithm>
#include <cstdint>
#include <vector>

#include "model/towers/text_tree.h"

namespace clip::model {
namespace {

// A text alone keeps its length: a caption of 11 tokens takes an eighth longer
// as 16. More go up to a multiple of 8, or of a power of two that adds a
// sixteenth at most: LibTorch keeps some 0.8 MB for each product of another
// size.
int64_t RoundUp(int64_t tokens) {
  constexpr int64_t kExact = 32;
  if (tokens <= kExact) return tokens;
  constexpr int64_t kShare = 16;
  int64_t step = 8;
  while (2 * step * kShare <= tokens) step *= 2;
  return (tokens + step - 1) / step * step;
}

// [length] int64, zero behind the values.
at::Tensor ToTensor(const std::vector<int64_t>& values, int64_t length) {
  at::Tensor tensor = at::zeros({length}, at::kLong);
  std::copy(values.begin(), values.end(), tensor.mutable_data_ptr<int64_t>());
  return tensor;
}

}  // namespace

PackedTexts PackTexts(const at::Tensor& ids, const at::Tensor& pooled) {
  const at::Tensor source = ids.contiguous();
  const at::Tensor ends = pooled.contiguous();
  TextTree tree;
  for (int64_t i = 0; i < ids.size(0); ++i) {
    tree.Add(source.const_data_ptr<int64_t>() + i * ids.size(1),
             ends.const_data_ptr<int64_t>()[i] + 1);
  }
  const int64_t total = RoundUp(tree.sequences().used);
  return {ToTensor(tree.ids(), total), ToTensor(tree.positions(), total),
          ToTensor(tree.last(), ids.size(0)),
          std::make_shared<PackedSequences>(tree.sequences())};
}

}  // namespace clip::model

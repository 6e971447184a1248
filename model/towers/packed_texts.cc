#include "model/towers/packed_texts.h"

#include <ATen/ops/empty.h>
#include <ATen/ops/zeros.h>

#include <algorithm>
#include <numeric>

namespace clip::model {
namespace {

// Up to kExact tokens any number, then multiples of kStep.
int64_t RoundUp(int64_t tokens) {
  constexpr int64_t kExact = 128;
  constexpr int64_t kStep = 16;
  if (tokens <= kExact) return tokens;
  return (tokens + kStep - 1) / kStep * kStep;
}

}  // namespace

PackedTexts PackTexts(const at::Tensor& ids, const at::Tensor& pooled) {
  const int64_t rows = ids.size(0);
  const int64_t length = ids.size(1);
  const at::Tensor source = ids.contiguous();
  const auto* const from = source.const_data_ptr<int64_t>();
  const auto* const end = pooled.const_data_ptr<int64_t>();
  PackedTexts texts;
  texts.starts.assign(rows + 1, 0);
  for (int64_t i = 0; i < rows; ++i) {
    texts.starts[i + 1] = texts.starts[i] + end[i] + 1;
  }
  const int64_t total = RoundUp(texts.starts.back());
  texts.ids = at::zeros({total}, ids.options());
  texts.positions = at::zeros({total}, ids.options());
  texts.last = at::empty({rows}, ids.options());
  auto* const packed = texts.ids.mutable_data_ptr<int64_t>();
  auto* const positions = texts.positions.mutable_data_ptr<int64_t>();
  auto* const last = texts.last.mutable_data_ptr<int64_t>();
  for (int64_t i = 0; i < rows; ++i) {
    const int64_t first = texts.starts[i];
    std::copy_n(from + i * length, end[i] + 1, packed + first);
    std::iota(positions + first, positions + first + end[i] + 1, 0);
    last[i] = first + end[i];
  }
  return texts;
}

}  // namespace clip::model

#include "model/towers/packed_texts.h"

#include <ATen/ops/zeros.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <utility>
#include <vector>

namespace clip::model {
namespace {

// Up to kExact tokens any number, then multiples of kStep.
int64_t RoundUp(int64_t tokens) {
  constexpr int64_t kExact = 128;
  constexpr int64_t kStep = 16;
  if (tokens <= kExact) return tokens;
  return (tokens + kStep - 1) / kStep * kStep;
}

// Grows text by text: a token is known by its id and the token before it.
class TextTree {
 public:
  void Add(const int64_t* text, int64_t length) {
    int64_t previous = kNone;
    int64_t shared = 0;
    for (int64_t i = 0; i < length; ++i) {
      const auto [found, is_new] =
          nodes_.try_emplace({previous, text[i]}, ids.size());
      if (is_new) {
        ids.push_back(text[i]);
        positions.push_back(i);
      } else {
        ++shared;
      }
      previous = found->second;
      sequences.tokens.push_back(previous);
    }
    last.push_back(previous);
    sequences.starts.push_back(static_cast<int64_t>(sequences.tokens.size()));
    sequences.shared.push_back(shared);
  }

  std::vector<int64_t> ids;
  std::vector<int64_t> positions;
  std::vector<int64_t> last;
  PackedSequences sequences{{}, {0}, {}, 0};

 private:
  static constexpr int64_t kNone = -1;
  std::map<std::pair<int64_t, int64_t>, int64_t> nodes_;
};

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
  tree.sequences.used = static_cast<int64_t>(tree.ids.size());
  const int64_t total = RoundUp(tree.sequences.used);
  return {ToTensor(tree.ids, total), ToTensor(tree.positions, total),
          ToTensor(tree.last, ids.size(0)),
          std::make_shared<PackedSequences>(std::move(tree.sequences))};
}

}  // namespace clip::model

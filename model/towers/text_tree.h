#ifndef MODEL_TOWERS_TEXT_TREE_H_
#define MODEL_TOWERS_TEXT_TREE_H_

#include <cstdint>
#include <map>
#include <utility>
#include <vector>

#include "model/layers/packed_sequences.h"

namespace clip::model {

// The tokens of several texts, those of a common beginning once: a token is
// known by its id and the token before it. No tensor.
class TextTree {
 public:
  // A text of `length` ids. Returns how many tokens it has that no earlier text
  // begins with.
  template <typename Id>
  int64_t Add(const Id* ids, int64_t length) {
    int64_t previous = kNone;
    int64_t added = 0;
    for (int64_t i = 0; i < length; ++i) {
      const auto next = static_cast<int64_t>(ids_.size());
      const auto [found, is_new] = nodes_.try_emplace({previous, ids[i]}, next);
      if (is_new) {
        ids_.push_back(ids[i]);
        positions_.push_back(i);
        ++added;
      }
      previous = found->second;
      sequences_.tokens.push_back(previous);
    }
    last_.push_back(previous);
    sequences_.starts.push_back(static_cast<int64_t>(sequences_.tokens.size()));
    sequences_.shared.push_back(length - added);
    sequences_.used += added;
    return added;
  }

  // Of each token.
  const std::vector<int64_t>& ids() const { return ids_; }
  const std::vector<int64_t>& positions() const { return positions_; }
  // The last token of each text.
  const std::vector<int64_t>& last() const { return last_; }
  const PackedSequences& sequences() const { return sequences_; }

 private:
  static constexpr int64_t kNone = -1;

  std::vector<int64_t> ids_;
  std::vector<int64_t> positions_;
  std::vector<int64_t> last_;
  PackedSequences sequences_{{}, {0}, {}, 0};
  std::map<std::pair<int64_t, int64_t>, int64_t> nodes_;
};

}  // namespace clip::model

#endif  // MODEL_TOWERS_TEXT_TREE_H_

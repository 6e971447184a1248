#include "model/towers/intermediate_indices.h"

#include <c10/util/Exception.h>

#include <set>
#include <utility>

namespace clip::model {

IntermediateIndices IntermediateIndices::Last(int64_t count) {
  IntermediateIndices indices;
  indices.all_ = false;
  indices.last_ = count;
  return indices;
}

IntermediateIndices IntermediateIndices::List(std::vector<int64_t> list) {
  IntermediateIndices indices;
  indices.all_ = false;
  indices.list_ = std::move(list);
  return indices;
}

std::vector<int64_t> IntermediateIndices::Resolve(int64_t depth) const {
  std::set<int64_t> blocks;
  const int64_t last = all_ ? depth : last_;
  TORCH_CHECK_VALUE(last >= 0 && last <= depth, "the last ", last,
                    " blocks were asked for, and there are ", depth);
  for (int64_t i = depth - last; i < depth; ++i) blocks.insert(i);
  for (const int64_t index : list_) {
    TORCH_CHECK_INDEX(index >= -depth && index < depth, "block ", index,
                      " was asked for, and there are ", depth);
    blocks.insert(index < 0 ? index + depth : index);
  }
  return {blocks.begin(), blocks.end()};
}

}  // namespace clip::model

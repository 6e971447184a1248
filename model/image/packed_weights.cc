#include "model/image/packed_weights.h"

namespace clip::model {

size_t PackedWeights::Append(const ResampleKernel& kernel, int64_t index) {
  weights_.clear();
  kernel.AppendFixedPointWeights(index, &scratch_, &weights_);
  const size_t groups = (weights_.size() + kTapsPerGroup - 1) / kTapsPerGroup;
  weights_.resize(groups * kTapsPerGroup);
  const size_t first = packed_.size();
  packed_.resize(first + groups * routines_.packed_per_group);
  for (size_t i = 0; i < groups; ++i) {
    routines_.pack(weights_.data() + i * kTapsPerGroup,
                   packed_.data() + first + i * routines_.packed_per_group);
  }
  return groups;
}

}  // namespace clip::model

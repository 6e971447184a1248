#ifndef MODEL_IMAGE_PACKED_WEIGHTS_H_
#define MODEL_IMAGE_PACKED_WEIGHTS_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "model/image/resample_kernel.h"
#include "model/image/resample_routines.h"

namespace clip::model {

// Weights of resized pixels in groups, packed as the routines want them. Kept
// for its memory. Not thread-safe.
class PackedWeights {
 public:
  // `routines` must outlive it.
  explicit PackedWeights(const ResampleRoutines& routines)
      : routines_(routines) {}

  void Clear() { packed_.clear(); }

  // Appends the weights of resized pixel `index`; returns its groups.
  size_t Append(const ResampleKernel& kernel, int64_t index);

  const int32_t* data() const { return packed_.data(); }
  size_t size() const { return packed_.size(); }

 private:
  const ResampleRoutines& routines_;
  std::vector<int32_t> packed_;
  std::vector<double> scratch_;
  std::vector<int32_t> weights_;
};

}  // namespace clip::model

#endif  // MODEL_IMAGE_PACKED_WEIGHTS_H_

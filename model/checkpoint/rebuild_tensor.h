#ifndef MODEL_CHECKPOINT_REBUILD_TENSOR_H_
#define MODEL_CHECKPOINT_REBUILD_TENSOR_H_

#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "model/checkpoint/pickle_value.h"

namespace clip::model {

// Most dimensions of a tensor.
inline constexpr size_t kMaxPickledRank = 8;

// What torch._utils._rebuild_tensor_v2 would be given: (storage, offset, size,
// stride, requires_grad, backward_hooks[, metadata]). `arguments` are places
// in `values`. Only the first four matter.
//
// Allocates nothing but the two lists of numbers. Errors: INVALID_ARGUMENT for
// arguments of another kind or count, a negative number, a shape that claims
// more elements than the storage, or elements that lie outside of it.
absl::StatusOr<PickledTensor> RebuildTensor(
    const std::vector<PickleValue>& values,
    absl::Span<const PickleRef> arguments);

}  // namespace clip::model

#endif  // MODEL_CHECKPOINT_REBUILD_TENSOR_H_

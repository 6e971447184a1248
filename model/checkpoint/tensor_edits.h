#ifndef MODEL_CHECKPOINT_TENSOR_EDITS_H_
#define MODEL_CHECKPOINT_TENSOR_EDITS_H_

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "model/checkpoint/state_dict.h"

namespace clip::model {

// Tensors made of others, without a look at their elements. The results keep
// what they need alive, except for memory that the StateDict keeps.

// The tensors one behind the other along the first dimension. Errors:
// INVALID_ARGUMENT where they differ in type or in another dimension.
absl::StatusOr<TensorView> ConcatenateRows(
    const std::vector<const TensorView*>& views);

// [a, b] -> [b, a]. Errors: INVALID_ARGUMENT where it is no matrix.
absl::StatusOr<TensorView> Transpose(const TensorView& view);

// Rows `begin` to `end` of the first dimension; copies nothing. Errors:
// INVALID_ARGUMENT where there are not as many.
absl::StatusOr<TensorView> SliceRows(const TensorView& view, int64_t begin,
                                     int64_t end);

// The same elements in another shape; copies nothing. Errors: INVALID_ARGUMENT
// where the shape has not as many.
absl::StatusOr<TensorView> Reshape(const TensorView& view,
                                   std::vector<int64_t> shape);

}  // namespace clip::model

#endif  // MODEL_CHECKPOINT_TENSOR_EDITS_H_

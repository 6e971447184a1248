#ifndef MODEL_CHECKPOINT_VIEW_TENSOR_H_
#define MODEL_CHECKPOINT_VIEW_TENSOR_H_

#include <ATen/core/TensorBody.h>

#include <optional>

#include "absl/status/statusor.h"
#include "model/checkpoint/state_dict.h"

namespace clip::model {

// LibTorch's type; nullopt for what no weight of ours is stored in.
std::optional<c10::ScalarType> ScalarTypeOf(TensorDtype dtype);

// The view as a CPU tensor that is to be read only. It shares the view's bytes
// where they are aligned for their type, which formats do not promise, and else
// is a copy; it must not outlive the view.
//
// Errors: INVALID_ARGUMENT for a type that no weight of ours is stored in.
absl::StatusOr<at::Tensor> ViewAsTensor(const TensorView& view);

}  // namespace clip::model

#endif  // MODEL_CHECKPOINT_VIEW_TENSOR_H_

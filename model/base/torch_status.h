#ifndef MODEL_BASE_TORCH_STATUS_H_
#define MODEL_BASE_TORCH_STATUS_H_

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"

namespace clip::model {

// Runs `work` and turns whatever it throws into a status: the only place
// where LibTorch's exceptions become ours. Short memory, of the host or of a
// GPU, is RESOURCE_EXHAUSTED; a lost process of a group UNAVAILABLE; anything
// else is INTERNAL, because bad input is refused before LibTorch sees it.
// Messages carry no stack trace.
absl::Status CatchTorchErrors(absl::FunctionRef<void()> work);

}  // namespace clip::model

#endif  // MODEL_BASE_TORCH_STATUS_H_

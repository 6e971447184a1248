#ifndef MODEL_SELECT_DEVICE_H_
#define MODEL_SELECT_DEVICE_H_

#include <c10/core/Device.h>

#include <string>

#include "absl/status/statusor.h"

namespace clip::model {

// The device of a name: "cpu", "cuda:N", or "auto", which is the first GPU
// that works, else the CPU. LibTorch's CUDA library is loaded here, at run
// time, where a GPU may be used: the same program runs without it.
//
// Errors: INVALID_ARGUMENT for another name; UNAVAILABLE for a GPU that is not
// there.
absl::StatusOr<c10::Device> SelectDevice(const std::string& name);

}  // namespace clip::model

#endif  // MODEL_SELECT_DEVICE_H_

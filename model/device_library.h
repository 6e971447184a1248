#ifndef MODEL_DEVICE_LIBRARY_H_
#define MODEL_DEVICE_LIBRARY_H_

#include <c10/core/Device.h>

#include <string>

#include "absl/status/statusor.h"

namespace clip::model {

// A function by its name from a library that only a GPU needs, which is looked
// for where the program's own libraries are and stays loaded. `what` it gives
// stands in errors, as "CUDA graphs".
//
// UNAVAILABLE with the reason where it cannot be had: on the CPU, and where the
// library was not built or does not load.
absl::StatusOr<void*> FindDeviceFunction(const c10::Device& device,
                                         const std::string& library,
                                         const std::string& function,
                                         const std::string& what);

}  // namespace clip::model

#endif  // MODEL_DEVICE_LIBRARY_H_

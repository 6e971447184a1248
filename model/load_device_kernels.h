#ifndef MODEL_LOAD_DEVICE_KERNELS_H_
#define MODEL_LOAD_DEVICE_KERNELS_H_

#include <c10/core/Device.h>

#include <memory>

#include "absl/status/statusor.h"
#include "model/layers/device_kernels.h"

namespace clip::model {

// Kernels of `device`, from libclip_cuda_kernels.so.
//
// UNAVAILABLE with the reason where they cannot be had: on the CPU, on a GPU
// older than Ampere, and where the library was not built or does not load.
absl::StatusOr<std::shared_ptr<const DeviceKernels>> LoadDeviceKernels(
    const c10::Device& device);

}  // namespace clip::model

#endif  // MODEL_LOAD_DEVICE_KERNELS_H_

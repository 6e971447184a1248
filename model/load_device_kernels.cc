#include "model/load_device_kernels.h"

#include "model/base/status_macros.h"
#include "model/device_library.h"

namespace clip::model {

absl::StatusOr<std::shared_ptr<const DeviceKernels>> LoadDeviceKernels(
    const c10::Device& device) {
  CLIP_ASSIGN_OR_RETURN(
      void* const found,
      FindDeviceFunction(device, "libclip_cuda_kernels.so",
                         "ClipMakeCudaKernels", "CUDA kernels"));
  using Made = std::shared_ptr<const DeviceKernels>;
  Made kernels;
  reinterpret_cast<void (*)(Made&)>(found)(kernels);
  return kernels;
}

}  // namespace clip::model

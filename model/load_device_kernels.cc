#include "model/load_device_kernels.h"

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
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
  reinterpret_cast<void (*)(c10::DeviceIndex, Made&)>(found)(device.index(),
                                                             kernels);
  if (kernels == nullptr) {
    return absl::UnavailableError(
        absl::StrCat("CUDA kernels need a GPU of compute capability 8.0 or "
                     "later, which ",
                     device.str(), " is not"));
  }
  return kernels;
}

}  // namespace clip::model

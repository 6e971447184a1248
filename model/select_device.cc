#include "model/select_device.h"

#include <ATen/Context.h>
#include <ATen/detail/CUDAHooksInterface.h>
#include <dlfcn.h>

#include "absl/status/status.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace clip::model {
namespace {

// Without the driver the libraries for GPUs are of no use: some 240 MB of
// memory, and time at the start.
bool HasDriver() { return dlopen("libcuda.so.1", RTLD_LAZY) != nullptr; }

// Number of usable GPUs. The library registers itself when it is loaded, and
// LibTorch looks for it only once: load first, ask then.
int CountGpus() {
  static const int count = [] {
    if (!HasDriver()) return 0;
    void* library = dlopen("libtorch_cuda.so", RTLD_NOW | RTLD_GLOBAL);
    if (library == nullptr || !at::hasCUDA()) return 0;
    return static_cast<int>(at::detail::getCUDAHooks().deviceCount());
  }();
  return count;
}

}  // namespace

absl::StatusOr<c10::Device> SelectDevice(const std::string& name) {
  constexpr int kMaxGpus = 128;
  if (name == "cpu") return c10::Device(c10::kCPU);
  if (name == "auto") {
    return CountGpus() > 0 ? c10::Device(c10::kCUDA, 0)
                           : c10::Device(c10::kCPU);
  }
  absl::string_view number = name;
  int index = -1;
  if (!absl::ConsumePrefix(&number, "cuda:") ||
      !absl::SimpleAtoi(number, &index) || index < 0 || index >= kMaxGpus) {
    return absl::InvalidArgumentError(
        absl::StrCat("device must be auto, cpu or cuda:N, not ", name));
  }
  const int gpus = CountGpus();
  if (index >= gpus) {
    return absl::UnavailableError(
        absl::StrCat("there is no ", name, ": LibTorch finds ", gpus, " GPUs"));
  }
  return c10::Device(c10::kCUDA, static_cast<c10::DeviceIndex>(index));
}

}  // namespace clip::model

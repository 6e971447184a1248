#include "model/device_library.h"

#include <dlfcn.h>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace clip::model {

absl::StatusOr<void*> FindDeviceFunction(const c10::Device& device,
                                         const std::string& library,
                                         const std::string& function,
                                         const std::string& what) {
  if (!device.is_cuda()) {
    return absl::UnavailableError(
        absl::StrCat(device.str(), " has no ", what, ": they need a GPU"));
  }
  void* loaded = dlopen(library.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (loaded == nullptr) {
    return absl::UnavailableError(
        absl::StrCat(what, " cannot be loaded: ", dlerror()));
  }
  void* found = dlsym(loaded, function.c_str());
  if (found == nullptr) {
    return absl::UnavailableError(
        absl::StrCat(what, " cannot be used: ", dlerror()));
  }
  return found;
}

}  // namespace clip::model

#include "model/load_device_graphs.h"

#include <dlfcn.h>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace clip::model {

absl::StatusOr<MakeDeviceGraph> LoadDeviceGraphs(const c10::Device& device) {
  if (!device.is_cuda()) {
    return absl::UnavailableError(
        absl::StrCat(device.str(), " has no graphs: they are CUDA's"));
  }
  void* library = dlopen("libclip_cuda_graph.so", RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) {
    return absl::UnavailableError(
        absl::StrCat("CUDA graphs cannot be loaded: ", dlerror()));
  }
  using MakeGraphs = void (*)(MakeDeviceGraph&);
  const auto make_graphs =
      reinterpret_cast<MakeGraphs>(dlsym(library, "ClipMakeCudaGraphs"));
  if (make_graphs == nullptr) {
    return absl::UnavailableError(
        absl::StrCat("CUDA graphs cannot be used: ", dlerror()));
  }
  MakeDeviceGraph make;
  make_graphs(make);
  return make;
}

}  // namespace clip::model

#include "model/load_device_graphs.h"

#include "model/base/status_macros.h"
#include "model/device_library.h"

namespace clip::model {

absl::StatusOr<MakeDeviceGraph> LoadDeviceGraphs(const c10::Device& device) {
  CLIP_ASSIGN_OR_RETURN(
      void* const found,
      FindDeviceFunction(device, "libclip_cuda_graph.so", "ClipMakeCudaGraphs",
                         "CUDA graphs"));
  MakeDeviceGraph make;
  reinterpret_cast<void (*)(MakeDeviceGraph&)>(found)(make);
  return make;
}

}  // namespace clip::model

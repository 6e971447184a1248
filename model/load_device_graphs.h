#ifndef MODEL_LOAD_DEVICE_GRAPHS_H_
#define MODEL_LOAD_DEVICE_GRAPHS_H_

#include <c10/core/Device.h>

#include "absl/status/statusor.h"
#include "model/device_graph.h"

namespace clip::model {

// Graphs of `device`, from libclip_cuda_graph.so, which is looked for where the
// program's own libraries are. Each call gives graphs with memory of their own.
//
// UNAVAILABLE with the reason where they cannot be had: on the CPU, and where
// the library was not built or does not load.
absl::StatusOr<MakeDeviceGraph> LoadDeviceGraphs(const c10::Device& device);

}  // namespace clip::model

#endif  // MODEL_LOAD_DEVICE_GRAPHS_H_

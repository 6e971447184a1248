// CUDA's graphs, in a library of their own: only it needs CUDA's headers and
// libtorch_cuda, and it is loaded only where there is a GPU. See
// load_device_graphs.h.
#include <ATen/cuda/CUDAGraph.h>

#include <memory>

#include "model/device_graph.h"

namespace clip::model {
namespace {

class CudaGraph final : public DeviceGraph {
 public:
  explicit CudaGraph(c10::MempoolId_t pool) : pool_(pool) {}

  void Record(const std::function<void()>& work) override {
    // Other threads may go on to use the device meanwhile.
    graph_.capture_begin(pool_, cudaStreamCaptureModeThreadLocal);
    try {
      work();
    } catch (...) {
      End();
      throw;
    }
    graph_.capture_end();
  }

  void Replay() override { graph_.replay(); }

 private:
  // Takes the stream out of a recording that went wrong.
  void End() noexcept {
    try {
      graph_.capture_end();
    } catch (...) {
      // The error that broke the recording says more.
    }
  }

  const c10::MempoolId_t pool_;
  at::cuda::CUDAGraph graph_;
};

}  // namespace
}  // namespace clip::model

// Called by name. A pool of memory for all graphs that the result makes.
extern "C" __attribute__((visibility("default"))) void ClipMakeCudaGraphs(
    clip::model::MakeDeviceGraph& make) {
  const c10::MempoolId_t pool = at::cuda::graph_pool_handle();
  make = [pool] { return std::make_unique<clip::model::CudaGraph>(pool); };
}

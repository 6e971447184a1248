#ifndef MODEL_DEVICE_GRAPH_H_
#define MODEL_DEVICE_GRAPH_H_

#include <functional>
#include <memory>

namespace clip::model {

// Kernels that are recorded once and then started together by one call, which
// saves the host the time of starting each of them. They read and write the
// memory that they had when they were recorded.
//
// Not thread-safe. Methods throw as LibTorch does.
class DeviceGraph {
 public:
  virtual ~DeviceGraph() = default;

  // Records what `work` starts on LibTorch's current stream, which must not be
  // the default one. Nothing of it is computed. After an error the graph is
  // useless and the stream as before. `work` may not wait for the device.
  virtual void Record(const std::function<void()>& work) = 0;

  // Starts it on the current stream.
  virtual void Replay() = 0;
};

// Makes graphs that share the memory of what they compute in between: only one
// of them may run at a time. Empty: the device has no graphs.
using MakeDeviceGraph = std::function<std::unique_ptr<DeviceGraph>()>;

}  // namespace clip::model

#endif  // MODEL_DEVICE_GRAPH_H_

#ifndef MODEL_DEVICE_WORK_H_
#define MODEL_DEVICE_WORK_H_

#include <ATen/core/TensorBody.h>

#include <cstdint>
#include <functional>
#include <memory>

namespace clip::model {

// How work gets to a device, and how one learns that it is done there. A device
// has two queues that run beside each other: one copies inputs to it, the other
// computes and copies results back. The work of one queue runs in the order in
// which it was given.
//
// Thread-safe; a mark is for one thread at a time. Methods throw as LibTorch
// does.
class DeviceWork {
 public:
  enum class Queue { kCopy, kCompute };

  // A place in a queue. May be recorded again once it has been synchronized.
  class Mark {
   public:
    virtual ~Mark() = default;
  };

  virtual ~DeviceWork() = default;

  // True where the device reads the host's memory as its own: then inputs need
  // no copy, and everything is done when it returns.
  virtual bool SharesHostMemory() const = 0;

  // Uninitialized bytes that the host writes and the device copies from, or the
  // other way round, without blocking.
  virtual at::Tensor EmptyOnHost(int64_t bytes) = 0;
  // Uninitialized bytes on the device, for the work of either queue. Whoever
  // lets go of them has synchronized with all work that uses them.
  virtual at::Tensor EmptyOnDevice(int64_t bytes) = 0;

  // Gives `work`, which starts copies or kernels by LibTorch's operators, to
  // the queue. It runs at once or later, at the latest when a mark behind it is
  // synchronized; until then what it refers to must live.
  virtual void Enqueue(Queue queue, std::function<void()> work) = 0;

  virtual std::unique_ptr<Mark> MakeMark() = 0;
  // Puts the mark behind all that `queue` has been given so far.
  virtual void Record(Queue queue, Mark& mark) = 0;
  // What `queue` is given from now on starts when it has come to the mark.
  virtual void Await(Queue queue, Mark& mark) = 0;
  // Blocks the calling thread until its queue has come to the mark.
  virtual void Synchronize(Mark& mark) = 0;

  // Gives memory back that the device's allocator keeps without use.
  virtual void FreeUnusedMemory() = 0;
};

// The work of `device`: by streams and events, or on the host itself.
//
// REQUIRES: what was done on the device so far is not waited for by anyone
// else; the call waits for it.
std::unique_ptr<DeviceWork> MakeDeviceWork(const c10::Device& device);

}  // namespace clip::model

#endif  // MODEL_DEVICE_WORK_H_

#include "model/device_work.h"

#include <ATen/ops/empty.h>
#include <c10/core/CachingDeviceAllocator.h>
#include <c10/core/Event.h>
#include <c10/core/StreamGuard.h>
#include <c10/core/impl/VirtualGuardImpl.h>

#include <utility>

namespace clip::model {
namespace {

// The CPU: everything is done at once.
class HostWork final : public DeviceWork {
 public:
  bool SharesHostMemory() const override { return true; }
  at::Tensor EmptyOnHost(int64_t bytes) override {
    return at::empty({bytes}, c10::kByte);
  }
  at::Tensor EmptyOnDevice(int64_t bytes) override {
    return EmptyOnHost(bytes);
  }
  void Enqueue(Queue /*queue*/, std::function<void()> work) override { work(); }
  std::unique_ptr<Mark> MakeMark() override { return std::make_unique<Mark>(); }
  void Record(Queue /*queue*/, Mark& /*mark*/) override {}
  void Await(Queue /*queue*/, Mark& /*mark*/) override {}
  void Synchronize(Mark& /*mark*/) override {}
  void FreeUnusedMemory() override {}
};

class EventMark final : public DeviceWork::Mark {
 public:
  explicit EventMark(c10::DeviceType type) : event(type) {}
  c10::Event event;
};

// An accelerator: a queue is a stream of its own, a mark an event. Knows no
// vendor; LibTorch's guard of the device's type does the work.
class StreamWork final : public DeviceWork {
 public:
  explicit StreamWork(const c10::Device& device)
      : device_(device),
        guard_(device.type()),
        copies_(guard_.getStreamFromGlobalPool(device)),
        computes_(guard_.getStreamFromGlobalPool(device)) {
    // The weights were written by another stream.
    guard_.synchronizeDevice(device.index());
  }

  bool SharesHostMemory() const override { return false; }

  at::Tensor EmptyOnHost(int64_t bytes) override {
    return at::empty({bytes},
                     at::TensorOptions().dtype(c10::kByte).pinned_memory(true));
  }

  at::Tensor EmptyOnDevice(int64_t bytes) override {
    // The allocator hands a block out again as soon as the host lets go of it,
    // for work of the same stream. Of the stream that computes a batch may
    // still be using it when a copy begins.
    const c10::StreamGuard stream(copies_);
    return at::empty({bytes},
                     at::TensorOptions().dtype(c10::kByte).device(device_));
  }

  void Enqueue(Queue queue, std::function<void()> work) override {
    const c10::StreamGuard stream(StreamOf(queue));
    work();
  }

  std::unique_ptr<Mark> MakeMark() override {
    return std::make_unique<EventMark>(device_.type());
  }
  void Record(Queue queue, Mark& mark) override {
    EventOf(mark).record(StreamOf(queue));
  }
  void Await(Queue queue, Mark& mark) override {
    EventOf(mark).block(StreamOf(queue));
  }
  void Synchronize(Mark& mark) override { EventOf(mark).synchronize(); }

  void FreeUnusedMemory() override {
    c10::getDeviceAllocator(device_.type())->emptyCache();
  }

 private:
  static c10::Event& EventOf(Mark& mark) {
    return static_cast<EventMark&>(mark).event;
  }
  const c10::Stream& StreamOf(Queue queue) const {
    return queue == Queue::kCopy ? copies_ : computes_;
  }

  const c10::Device device_;
  const c10::impl::VirtualGuardImpl guard_;
  const c10::Stream copies_;
  const c10::Stream computes_;
};

}  // namespace

std::unique_ptr<DeviceWork> MakeDeviceWork(const c10::Device& device) {
  if (device.is_cpu()) return std::make_unique<HostWork>();
  return std::make_unique<StreamWork>(device);
}

}  // namespace clip::model

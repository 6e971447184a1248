#ifndef TESTS_MODEL_FAKE_DEVICE_WORK_H_
#define TESTS_MODEL_FAKE_DEVICE_WORK_H_

#include <ATen/core/TensorBody.h>

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <variant>
#include <vector>

#include "model/device_work.h"

namespace clip::testing {

// A device that is slow on purpose: what it is given runs as late as the rules
// of DeviceWork allow, so that a missing wait gives wrong numbers. The queue
// that computes runs first wherever both could; copies run only when something
// waits for them. A test can hold a queue.
//
// Thread-safe.
class FakeDeviceWork final : public model::DeviceWork {
 public:
  bool SharesHostMemory() const override { return false; }
  at::Tensor EmptyOnHost(int64_t bytes) override;
  at::Tensor EmptyOnDevice(int64_t bytes) override;
  void Enqueue(Queue queue, std::function<void()> work) override;
  std::unique_ptr<Mark> MakeMark() override;
  void Record(Queue queue, Mark& mark) override;
  void Await(Queue queue, Mark& mark) override;
  void Synchronize(Mark& mark) override;
  void FreeUnusedMemory() override;

  // What the queue is given does not run until it is released.
  void Hold(Queue queue);
  void Release(Queue queue);
  // Runs what a queue that is not held can run now.
  void RunReady(Queue queue);
  // Blocks until the queue has been given `count` works since the start.
  void AwaitEnqueued(Queue queue, int count);

  int enqueued(Queue queue) const;
  // Works that have run.
  int ran(Queue queue) const;
  int times_freed() const;
  int host_allocations() const;

 private:
  struct FakeMark;
  // A wait is for the version that the mark had when it was asked for.
  struct Wait {
    FakeMark* mark;
    int version;
  };
  struct Signal {
    FakeMark* mark;
    int version;
  };
  using Step = std::variant<std::function<void()>, Wait, Signal>;
  struct Line {
    std::deque<Step> steps;
    bool held = false;
    // A work of it runs.
    bool busy = false;
    int enqueued = 0;
    int ran = 0;
  };

  Line& LineOf(Queue queue) { return lines_[static_cast<size_t>(queue)]; }
  const Line& LineOf(Queue queue) const {
    return lines_[static_cast<size_t>(queue)];
  }
  // True where a step of the line ran. `lock` is open while a work runs.
  bool RunStep(Line& line, std::unique_lock<std::mutex>& lock);
  void RunWork(Line& line, std::function<void()> work,
               std::unique_lock<std::mutex>& lock);
  bool RunAny(std::unique_lock<std::mutex>& lock);

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Line> lines_ = std::vector<Line>(2);
  int times_freed_ = 0;
  int host_allocations_ = 0;
};

}  // namespace clip::testing

#endif  // TESTS_MODEL_FAKE_DEVICE_WORK_H_

#include "tests/model/fake_device_work.h"

#include <ATen/ops/full.h>
#include <c10/core/InferenceMode.h>

#include <exception>
#include <utility>

namespace clip::testing {
namespace {

// What nobody has written reads as this.
constexpr int kGarbage = 0x7F;

}  // namespace

struct FakeDeviceWork::FakeMark final : Mark {
  // How often it was recorded, and the last of them that was come to.
  int recorded = 0;
  int reached = 0;
};

at::Tensor FakeDeviceWork::EmptyOnHost(int64_t bytes) {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    ++host_allocations_;
  }
  return at::full({bytes}, kGarbage, c10::kByte);
}

at::Tensor FakeDeviceWork::EmptyOnDevice(int64_t bytes) {
  return at::full({bytes}, kGarbage, c10::kByte);
}

void FakeDeviceWork::Enqueue(Queue queue, std::function<void()> work) {
  const std::lock_guard<std::mutex> lock(mutex_);
  Line& line = LineOf(queue);
  line.steps.emplace_back(std::move(work));
  ++line.enqueued;
  changed_.notify_all();
}

std::unique_ptr<model::DeviceWork::Mark> FakeDeviceWork::MakeMark() {
  return std::make_unique<FakeMark>();
}

void FakeDeviceWork::Record(Queue queue, Mark& mark) {
  const std::lock_guard<std::mutex> lock(mutex_);
  auto& fake = static_cast<FakeMark&>(mark);
  LineOf(queue).steps.emplace_back(Signal{&fake, ++fake.recorded});
}

void FakeDeviceWork::Await(Queue queue, Mark& mark) {
  const std::lock_guard<std::mutex> lock(mutex_);
  auto& fake = static_cast<FakeMark&>(mark);
  LineOf(queue).steps.emplace_back(Wait{&fake, fake.recorded});
}

void FakeDeviceWork::RunWork(Line& line, std::function<void()> work,
                             std::unique_lock<std::mutex>& lock) {
  line.busy = true;
  lock.unlock();
  std::exception_ptr error;
  try {
    // As on whichever thread starts kernels.
    const c10::InferenceMode inference;
    work();
  } catch (...) {
    error = std::current_exception();
  }
  lock.lock();
  line.busy = false;
  ++line.ran;
  changed_.notify_all();
  if (error) std::rethrow_exception(error);
}

bool FakeDeviceWork::RunStep(Line& line, std::unique_lock<std::mutex>& lock) {
  if (line.held || line.busy || line.steps.empty()) return false;
  Step& step = line.steps.front();
  if (const auto* wait = std::get_if<Wait>(&step)) {
    if (wait->mark->reached < wait->version) return false;
  } else if (const auto* signal = std::get_if<Signal>(&step)) {
    signal->mark->reached = signal->version;
  } else {
    auto work = std::move(std::get<std::function<void()>>(step));
    line.steps.pop_front();
    RunWork(line, std::move(work), lock);
    return true;
  }
  line.steps.pop_front();
  return true;
}

bool FakeDeviceWork::RunAny(std::unique_lock<std::mutex>& lock) {
  return RunStep(LineOf(Queue::kCompute), lock) ||
         RunStep(LineOf(Queue::kCopy), lock);
}

void FakeDeviceWork::Synchronize(Mark& mark) {
  std::unique_lock<std::mutex> lock(mutex_);
  auto& fake = static_cast<FakeMark&>(mark);
  const int version = fake.recorded;
  while (fake.reached < version) {
    if (RunAny(lock)) {
      changed_.notify_all();
    } else {
      changed_.wait(lock);
    }
  }
}

void FakeDeviceWork::FreeUnusedMemory() {
  const std::lock_guard<std::mutex> lock(mutex_);
  ++times_freed_;
}

void FakeDeviceWork::Hold(Queue queue) {
  const std::lock_guard<std::mutex> lock(mutex_);
  LineOf(queue).held = true;
}

void FakeDeviceWork::Release(Queue queue) {
  const std::lock_guard<std::mutex> lock(mutex_);
  LineOf(queue).held = false;
  changed_.notify_all();
}

void FakeDeviceWork::RunReady(Queue queue) {
  std::unique_lock<std::mutex> lock(mutex_);
  while (RunStep(LineOf(queue), lock)) {
  }
  changed_.notify_all();
}

void FakeDeviceWork::AwaitEnqueued(Queue queue, int count) {
  std::unique_lock<std::mutex> lock(mutex_);
  while (LineOf(queue).enqueued < count) changed_.wait(lock);
}

int FakeDeviceWork::enqueued(Queue queue) const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return LineOf(queue).enqueued;
}

int FakeDeviceWork::ran(Queue queue) const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return LineOf(queue).ran;
}

int FakeDeviceWork::times_freed() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return times_freed_;
}

int FakeDeviceWork::host_allocations() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return host_allocations_;
}

}  // namespace clip::testing

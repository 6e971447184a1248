#ifndef TESTS_CLIENT_LOAD_FAKE_LOAD_CLOCK_H_
#define TESTS_CLIENT_LOAD_FAKE_LOAD_CLOCK_H_

#include <algorithm>
#include <functional>
#include <map>
#include <utility>

#include "client/load/load_clock.h"

namespace clip::client::load {

// A time that passes only while somebody waits, and the events that fall into
// it. For one thread.
class FakeLoadClock final : public LoadClock {
 public:
  absl::Time Now() override { return now_; }

  void WaitUntil(Mutex& mutex, std::condition_variable&,
                 absl::Time time) override
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex) {
    if (events_.empty() || events_.begin()->first > time) {
      now_ = std::max(now_, time);
      return;
    }
    auto event = events_.extract(events_.begin());
    now_ = std::max(now_, event.key());
    mutex.Unlock();
    event.mapped()();
    mutex.Lock();
  }

  absl::Duration CpuTime() override {
    return cpu_share * (now_ - absl::UnixEpoch());
  }

  // Runs `event` when the time comes.
  void At(absl::Time time, std::function<void()> event) {
    events_.emplace(time, std::move(event));
  }

  // The thread is busy for so long.
  void Spend(absl::Duration time) { now_ += time; }

  double cpu_share = 0.1;

 private:
  absl::Time now_ = absl::UnixEpoch() + absl::Hours(1);
  std::multimap<absl::Time, std::function<void()>> events_;
};

}  // namespace clip::client::load

#endif  // TESTS_CLIENT_LOAD_FAKE_LOAD_CLOCK_H_

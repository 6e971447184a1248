#ifndef SERVER_PIPELINE_MEETING_H_
#define SERVER_PIPELINE_MEETING_H_

#include "server/batching/mutex.h"

namespace clip::server {

// Where the executor threads wait for each other while the pipeline warms up,
// so that each of them, on each device, gets a batch. At any other time a
// thread passes without waiting.
//
// Thread-safe.
class Meeting {
 public:
  // The next `count` who come wait until all of them are there.
  void Expect(int count) {
    batching::MutexLock lock(mutex_);
    expected_ = cancelled_ ? 0 : count;
    arrived_ = 0;
    ++round_;
  }

  void ArriveAndWait() {
    batching::MutexLock lock(mutex_);
    if (expected_ == 0) return;
    ++arrived_;
    if (arrived_ >= expected_) expected_ = 0;
    changed_.NotifyAll();
    // Who wakes up late must not wait for the next round.
    const int round = round_;
    while (expected_ > 0 && round_ == round) changed_.Wait(mutex_);
  }

  // Waits until at least `count` have come, or all that are expected.
  void AwaitArrivals(int count) {
    batching::MutexLock lock(mutex_);
    while (expected_ > 0 && arrived_ < count) changed_.Wait(mutex_);
  }

  // Lets everybody go, now and later.
  void Cancel() {
    batching::MutexLock lock(mutex_);
    cancelled_ = true;
    expected_ = 0;
    changed_.NotifyAll();
  }

 private:
  batching::Mutex mutex_;
  batching::CondVar changed_;
  bool cancelled_ ABSL_GUARDED_BY(mutex_) = false;
  // 0 where nobody has to wait.
  int expected_ ABSL_GUARDED_BY(mutex_) = 0;
  int arrived_ ABSL_GUARDED_BY(mutex_) = 0;
  int round_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace clip::server

#endif  // SERVER_PIPELINE_MEETING_H_

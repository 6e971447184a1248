#include "client/retry_clock.h"

#include <grpcpp/alarm.h>

#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/time/clock.h"
#include "client/mutex.h"

namespace clip::client {
namespace {

class AlarmTimer : public RetryTimer {
 public:
  void Set(absl::Duration delay, std::function<void()> wake) override {
    MutexLock lock(mutex_);
    // A fresh alarm for every wait: the callback of the last one may still be
    // on its way out.
    alarm_ = std::make_unique<grpc::Alarm>();
    alarm_->Set(absl::ToChronoTime(absl::Now() + delay),
                [wake = std::move(wake)](bool) mutable {
                  // The alarm keeps this callback after it has run, and the
                  // owner of `wake` keeps the alarm: neither would ever go.
                  const std::function<void()> once =
                      std::exchange(wake, nullptr);
                  try {
                    once();
                  } catch (...) {
                    // Lost, as with gRPC's other callbacks: see ClipClient.
                  }
                });
  }

  void Cancel() override {
    MutexLock lock(mutex_);
    if (alarm_ != nullptr) alarm_->Cancel();
  }

 private:
  Mutex mutex_;
  std::unique_ptr<grpc::Alarm> alarm_ ABSL_GUARDED_BY(mutex_);
};

class RealRetryClock : public RetryClock {
 public:
  absl::Time Now() const override { return absl::Now(); }
  std::unique_ptr<RetryTimer> NewTimer() override {
    return std::make_unique<AlarmTimer>();
  }
};

}  // namespace

std::unique_ptr<RetryClock> NewRealRetryClock() {
  return std::make_unique<RealRetryClock>();
}

}  // namespace clip::client

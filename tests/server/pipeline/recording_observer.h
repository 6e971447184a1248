#ifndef TESTS_SERVER_PIPELINE_RECORDING_OBSERVER_H_
#define TESTS_SERVER_PIPELINE_RECORDING_OBSERVER_H_

#include <map>
#include <string>
#include <string_view>

#include "absl/base/thread_annotations.h"
#include "absl/time/time.h"
#include "server/admission/reject_reason.h"
#include "server/batching/lane.h"
#include "server/batching/mutex.h"
#include "server/pipeline/pipeline_observer.h"

namespace clip::server {

// Counts what a pipeline tells. Thread-safe.
class RecordingObserver final : public PipelineObserver {
 public:
  void OnRejected(RejectReason reason) override {
    batching::MutexLock lock(mutex_);
    ++rejected_[reason];
  }
  void OnQueueChanged(batching::Lane, int delta) override {
    batching::MutexLock lock(mutex_);
    queued_ += delta;
    changed_.NotifyAll();
  }
  void OnPreprocessed(batching::Lane lane, absl::Duration) override {
    batching::MutexLock lock(mutex_);
    ++preprocessed_[lane];
  }

  void OnDeviceUsed(std::string_view device, absl::Duration time) override {
    batching::MutexLock lock(mutex_);
    used_[std::string(device)] += time;
  }

  absl::Duration used(const std::string& device) const {
    batching::MutexLock lock(mutex_);
    const auto found = used_.find(device);
    return found == used_.end() ? absl::ZeroDuration() : found->second;
  }
  int rejected(RejectReason reason) const {
    batching::MutexLock lock(mutex_);
    const auto found = rejected_.find(reason);
    return found == rejected_.end() ? 0 : found->second;
  }
  int preprocessed(batching::Lane lane) const {
    batching::MutexLock lock(mutex_);
    return preprocessed_[lane];
  }
  // Blocks until `count` rows wait in the queue.
  void AwaitQueued(int count) {
    batching::MutexLock lock(mutex_);
    while (queued_ != count) changed_.Wait(mutex_);
  }

 private:
  mutable batching::Mutex mutex_;
  batching::CondVar changed_;
  std::map<RejectReason, int> rejected_ ABSL_GUARDED_BY(mutex_);
  batching::PerLane<int> preprocessed_ ABSL_GUARDED_BY(mutex_);
  std::map<std::string, absl::Duration> used_ ABSL_GUARDED_BY(mutex_);
  int queued_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace clip::server

#endif  // TESTS_SERVER_PIPELINE_RECORDING_OBSERVER_H_

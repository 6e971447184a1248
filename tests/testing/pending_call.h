#ifndef TESTS_TESTING_PENDING_CALL_H_
#define TESTS_TESTING_PENDING_CALL_H_

#include <memory>
#include <optional>
#include <utility>

#include "server/batching/mutex.h"
#include "server/pipeline/embedding_pipeline.h"

namespace clip::testing {

// Receives the end of one call of a pipeline. Thread-safe. Shared with the
// call, which a test need not wait for.
class PendingCall : public std::enable_shared_from_this<PendingCall> {
 public:
  server::EmbeddingPipeline::Done Done() {
    return [self = shared_from_this()](server::CallResult result) {
      self->End(std::move(result));
    };
  }

  // Blocks until the call has ended. Called once.
  server::CallResult Await() {
    batching::MutexLock lock(mutex_);
    while (!result_) ended_.Wait(mutex_);
    return *std::move(result_);
  }

  int completions() const {
    batching::MutexLock lock(mutex_);
    return completions_;
  }

 private:
  void End(server::CallResult result) {
    {
      batching::MutexLock lock(mutex_);
      ++completions_;
      result_ = std::move(result);
    }
    ended_.NotifyAll();
  }

  mutable batching::Mutex mutex_;
  batching::CondVar ended_;
  int completions_ ABSL_GUARDED_BY(mutex_) = 0;
  std::optional<server::CallResult> result_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace clip::testing

#endif  // TESTS_TESTING_PENDING_CALL_H_

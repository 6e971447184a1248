#ifndef CLIENT_RETRIED_CALL_H_
#define CLIENT_RETRIED_CALL_H_

#include <grpcpp/client_context.h>
#include <grpcpp/support/status.h>

#include <functional>
#include <memory>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/time/time.h"
#include "client/call_counter.h"
#include "client/cancellable_call.h"
#include "client/mutex.h"
#include "client/retry_clock.h"
#include "client/retry_policy.h"
#include "client/retry_throttle.h"

namespace clip::client {

// One call of the caller: attempts, waits between them, and one end.
//
// Thread-safe. Lives in a shared_ptr, because the callback of the attempt or
// of the timer in progress, and whoever may still cancel it, end in any order.
class RetriedCall final : public CancellableCall,
                          public std::enable_shared_from_this<RetriedCall> {
 public:
  using AttemptDone = std::function<void(grpc::Status)>;
  // Starts one attempt, which ends with AttemptDone on any thread. The context
  // lives until then.
  using Attempt = std::function<void(grpc::ClientContext*, AttemptDone)>;
  using Done = std::function<void(absl::Status)>;

  // All borrowed; they outlive the call.
  struct Environment {
    const RetryPolicy* policy;
    RetryThrottle* throttle;
    RetryClock* clock;
    // Gives a number in [0, 1); called from any thread.
    const std::function<double()>* random;
    CallCounter* counter;
  };

  RetriedCall(const Environment& environment, absl::Time deadline,
              Attempt attempt, Done done);

  // Starts the first attempt; once. `done` runs exactly once, under no lock,
  // with OK, or with the last attempt's status and its error details.
  void Start();

  // The server of the attempt in progress, as gRPC writes addresses; its target
  // while it has none, empty without an attempt.
  std::string peer() ABSL_LOCKS_EXCLUDED(mutex_);

  void Cancel() override ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  void StartAttempt() ABSL_LOCKS_EXCLUDED(mutex_);
  void EndAttempt(const grpc::Status& status) ABSL_LOCKS_EXCLUDED(mutex_);
  FailedAttempt Describe(const absl::Status& status)
      ABSL_LOCKS_EXCLUDED(mutex_);
  void WaitAndRetry(absl::Duration delay) ABSL_LOCKS_EXCLUDED(mutex_);
  void Finish(absl::Status status) ABSL_LOCKS_EXCLUDED(mutex_);
  bool cancelled() ABSL_LOCKS_EXCLUDED(mutex_);

  const Environment environment_;
  const absl::Time deadline_;
  const Attempt attempt_;
  const Done done_;
  const std::unique_ptr<RetryTimer> timer_;

  Mutex mutex_;
  bool cancelled_ ABSL_GUARDED_BY(mutex_) = false;
  int attempts_ ABSL_GUARDED_BY(mutex_) = 0;
  // Of the attempt in progress, or of the last one. Shared with a Cancel that
  // is under way on another thread.
  std::shared_ptr<grpc::ClientContext> context_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace clip::client

#endif  // CLIENT_RETRIED_CALL_H_

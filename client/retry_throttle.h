#ifndef CLIENT_RETRY_THROTTLE_H_
#define CLIENT_RETRY_THROTTLE_H_

#include "absl/base/thread_annotations.h"
#include "client/mutex.h"

namespace clip::client {

// The retry budget that all calls of one client share, after gRPC's proposal
// A6: a bucket that starts full, loses one token with every failed attempt and
// gains a fraction of one with every success. Retries are allowed while it is
// more than half full, so that in a long outage a client sends each call once
// instead of multiplying the load of a service that is down.
//
// Thread-safe.
class RetryThrottle {
 public:
  // Both positive: the size of the bucket, and the tokens that one success
  // brings back. 100 and 0.1 allow about one retry for ten successes,
  // and fifty at once.
  RetryThrottle(double max_tokens, double refill);

  void RecordSuccess() ABSL_LOCKS_EXCLUDED(mutex_);

  // Takes one token; true where a retry is within the budget.
  bool RecordFailure() ABSL_LOCKS_EXCLUDED(mutex_);

  // True where a retry, or a hedge, is within the budget; takes nothing.
  bool AllowsRetries() const ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  const double max_tokens_;
  const double refill_;
  mutable Mutex mutex_;
  double tokens_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace clip::client

#endif  // CLIENT_RETRY_THROTTLE_H_

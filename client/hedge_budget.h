#ifndef CLIENT_HEDGE_BUDGET_H_
#define CLIENT_HEDGE_BUDGET_H_

#include "absl/base/thread_annotations.h"
#include "client/mutex.h"

namespace clip::client {

// Bounds the hedges of all calls of one client: a bucket that starts full,
// gains a fraction of a token with every call and loses one with every hedge.
// Where all servers have become slow, so that every call would be hedged, the
// hedges add no more than that fraction to their load.
//
// Thread-safe.
class HedgeBudget {
 public:
  // Both positive: the size of the bucket, and the tokens that one call brings.
  // 10 and 0.1 allow one hedge for ten calls, and ten at once.
  HedgeBudget(double max_tokens, double refill);

  void RecordCall() ABSL_LOCKS_EXCLUDED(mutex_);

  // Takes a token; false where there is none, and no hedge may go out.
  bool Take() ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  const double max_tokens_;
  const double refill_;
  Mutex mutex_;
  double tokens_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace clip::client

#endif  // CLIENT_HEDGE_BUDGET_H_

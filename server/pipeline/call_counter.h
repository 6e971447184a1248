#ifndef SERVER_PIPELINE_CALL_COUNTER_H_
#define SERVER_PIPELINE_CALL_COUNTER_H_

#include "absl/time/time.h"
#include "server/batching/clock.h"
#include "server/batching/mutex.h"

namespace clip::server {

// Counts the calls that have begun and not ended, and closes the door behind
// the last of them.
//
// Thread-safe. `clock` must outlive it.
class CallCounter {
 public:
  explicit CallCounter(batching::Clock& clock) : clock_(clock) {}

  // False where the door is closed: the call must be refused.
  bool Begin();
  // REQUIRES: a Begin that returned true.
  void End();

  // Closes the door and waits until no call is left, or until `deadline`, a
  // time on the clock. True where none is left.
  bool CloseAndWait(absl::Time deadline);

 private:
  batching::Clock& clock_;
  batching::Mutex mutex_;
  batching::CondVar none_left_;
  int open_calls_ ABSL_GUARDED_BY(mutex_) = 0;
  bool closed_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace clip::server

#endif  // SERVER_PIPELINE_CALL_COUNTER_H_

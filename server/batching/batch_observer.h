#ifndef SERVER_BATCHING_BATCH_OBSERVER_H_
#define SERVER_BATCHING_BATCH_OBSERVER_H_

#include "absl/time/time.h"
#include "server/batching/lane.h"
#include "server/batching/line.h"

namespace clip::batching {

// Sees what the queue and the executor do; how batching is measured without
// knowing any metrics library.
//
// Implementations are thread-safe and quick, and are called under no lock.
// Every method does nothing by default, so BatchObserver itself is the null
// version.
class BatchObserver {
 public:
  virtual ~BatchObserver() = default;

  // The number of waiting items of `lane` changed by `delta`. An executor may
  // report that it took items before their push is reported, so the sum can
  // be wrong for a moment.
  virtual void OnQueueChanged(Lane /*lane*/, int /*delta*/) {}

  // An item waited this long until a batch took it.
  virtual void OnItemTaken(Line /*line*/, absl::Duration /*waited*/) {}

  // An item was dropped when a batch formed: past its deadline, or cancelled.
  virtual void OnItemExpired(Lane /*lane*/) {}
  virtual void OnItemCancelled(Lane /*lane*/) {}

  // A batch ended, well or not, after `elapsed` on the device.
  virtual void OnBatchFinished(Lane /*lane*/, int /*items*/,
                               absl::Duration /*elapsed*/) {}

  // A batch that was expected to take `predicted` took `elapsed`. Not called
  // while nothing is known of the lane's times.
  virtual void OnBatchTimeKnown(Lane /*lane*/, absl::Duration /*predicted*/,
                                absl::Duration /*elapsed*/) {}
};

}  // namespace clip::batching

#endif  // SERVER_BATCHING_BATCH_OBSERVER_H_

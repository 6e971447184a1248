#ifndef SERVER_BATCHING_FAIR_SHARE_H_
#define SERVER_BATCHING_FAIR_SHARE_H_

#include <algorithm>

#include "absl/time/time.h"
#include "server/batching/lane.h"

namespace clip::batching {

// Counts the device time of each lane so that the one behind can go first:
// start-time fair queueing with equal weights.
//
// A lane that has been idle is brought up to the present when work comes back:
// idleness earns no credit with which it could shut the other lane out.
//
// Not thread-safe.
class FairShare {
 public:
  // The lane has work again.
  void Activate(Lane lane) { used_[lane] = std::max(used_[lane], present_); }

  // A batch of the lane begins.
  void Choose(Lane lane) { present_ = std::max(present_, used_[lane]); }

  // A batch of the lane has used the device for `elapsed`.
  void Charge(Lane lane, absl::Duration elapsed) { used_[lane] += elapsed; }

  absl::Duration used(Lane lane) const { return used_[lane]; }

 private:
  PerLane<absl::Duration> used_;
  // What the lane that was last chosen had used by then.
  absl::Duration present_;
};

}  // namespace clip::batching

#endif  // SERVER_BATCHING_FAIR_SHARE_H_

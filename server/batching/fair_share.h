#ifndef SERVER_BATCHING_FAIR_SHARE_H_
#define SERVER_BATCHING_FAIR_SHARE_H_

#include <algorithm>

#include "absl/time/time.h"
#include "server/batching/line.h"

namespace clip::batching {

// Counts the device time of each line so that the one behind can go first:
// start-time fair queueing. Lines of one priority have the same weight; bulk
// lines are charged kInteractiveWeight times what they used.
//
// A line that has been idle is brought up to the present when work comes back:
// idleness earns no credit with which it could shut the others out.
//
// Not thread-safe.
class FairShare {
 public:
  // The line has work again.
  void Activate(Line line) { used_[line] = std::max(used_[line], present_); }

  // A batch of the line begins.
  void Choose(Line line) { present_ = std::max(present_, used_[line]); }

  // A batch of the line has used the device for `elapsed`.
  void Charge(Line line, absl::Duration elapsed) {
    used_[line] += ChargePerSecond(line) * elapsed;
  }

  // How much device time a second of the line counts as.
  static int ChargePerSecond(Line line) {
    return line.priority == Priority::kBulk ? kInteractiveWeight : 1;
  }

  absl::Duration used(Line line) const { return used_[line]; }
  // The same, were the line activated now.
  absl::Duration UsedIfActive(Line line) const {
    return std::max(used_[line], present_);
  }

 private:
  PerLine<absl::Duration> used_;
  // What the line that was last chosen had used by then.
  absl::Duration present_;
};

}  // namespace clip::batching

#endif  // SERVER_BATCHING_FAIR_SHARE_H_

#ifndef CLIENT_HEDGED_CALL_H_
#define CLIENT_HEDGED_CALL_H_

#include <cstddef>
#include <functional>
#include <memory>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/time/time.h"
#include "client/call_counter.h"
#include "client/cancellable_call.h"
#include "client/hedge_budget.h"
#include "client/mutex.h"
#include "client/retried_call.h"
#include "client/retry_clock.h"
#include "client/retry_throttle.h"

namespace clip::client {

// One call of the caller that may go out twice: a first lane, which retries as
// usual, and, where that has not ended after a delay, a second one. The first
// answer wins and the other lane is cancelled. As in gRPC's proposal A6, a
// status that no other attempt would cure is an answer, and one that may be
// retried leaves the call to the other lane.
//
// A hedge is for another server. gRPC picks the server, and says which only
// then: a lane that has got the server of the first one is cancelled, and one
// more is tried.
//
// Thread-safe. Lives in a shared_ptr, for the callbacks of its lanes and of its
// timer, which end in any order.
class HedgedCall final : public CancellableCall,
                         public std::enable_shared_from_this<HedgedCall> {
 public:
  // The first one, and two tries for another server.
  static constexpr size_t kMaxLanes = 3;

  // Makes the call of a lane, which is not started yet. The first lane is 0.
  using NewLane = std::function<std::shared_ptr<RetriedCall>(
      size_t lane, RetriedCall::Done done)>;
  // The answer, and which lane it came from.
  using Done = std::function<void(absl::Status, size_t lane)>;

  // All borrowed; they outlive the call.
  struct Environment {
    HedgeBudget* budget;
    const RetryThrottle* throttle;
    RetryClock* clock;
    CallCounter* counter;
  };

  // `done` runs exactly once, `finished` once when nothing is in progress any
  // more, which is after it; both under no lock.
  HedgedCall(const Environment& environment, absl::Duration delay,
             NewLane new_lane, Done done, std::function<void()> finished);

  // Starts the first lane; once.
  void Start() ABSL_LOCKS_EXCLUDED(mutex_);

  void Cancel() override ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  struct Lane {
    std::shared_ptr<RetriedCall> call;
    // It has no server of its own, and its failure means nothing.
    bool is_discarded = false;
  };

  void OnDelay() ABSL_LOCKS_EXCLUDED(mutex_);
  bool MayAddLane() ABSL_LOCKS_EXCLUDED(mutex_);
  std::shared_ptr<RetriedCall> AddLane() ABSL_LOCKS_EXCLUDED(mutex_);
  // Adds a lane, and another one if that gets the wrong server.
  void TryLane() ABSL_LOCKS_EXCLUDED(mutex_);
  void InspectLane(const std::shared_ptr<RetriedCall>& lane, int looks_left)
      ABSL_LOCKS_EXCLUDED(mutex_);
  enum class LaneVerdict { kUseful, kUseless, kUnknown };
  // Whether the lane that was added last has a server of its own.
  LaneVerdict JudgeLastLane(int looks_left) ABSL_LOCKS_EXCLUDED(mutex_);
  void WaitFor(absl::Duration delay, std::function<void()> wake)
      ABSL_LOCKS_EXCLUDED(mutex_);
  // No more lanes come.
  void EndWait() ABSL_LOCKS_EXCLUDED(mutex_);
  void EndLane(size_t lane, absl::Status status) ABSL_LOCKS_EXCLUDED(mutex_);
  // Whether the end of a lane is the answer.
  bool IsAnswer(size_t lane, const absl::Status& status)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Deliver(absl::Status status, size_t lane) ABSL_LOCKS_EXCLUDED(mutex_);
  void CancelAll() ABSL_LOCKS_EXCLUDED(mutex_);
  void FinishIfOver() ABSL_LOCKS_EXCLUDED(mutex_);

  const Environment environment_;
  const absl::Duration delay_;
  const NewLane new_lane_;
  const Done done_;
  const std::function<void()> finished_;
  const std::unique_ptr<RetryTimer> timer_;

  Mutex mutex_;
  std::vector<Lane> lanes_ ABSL_GUARDED_BY(mutex_);
  size_t running_ ABSL_GUARDED_BY(mutex_) = 0;
  // From the start until no more lanes come.
  bool waiting_ ABSL_GUARDED_BY(mutex_) = false;
  bool cancelled_ ABSL_GUARDED_BY(mutex_) = false;
  // The answer is decided, and then given.
  bool answered_ ABSL_GUARDED_BY(mutex_) = false;
  size_t winner_ ABSL_GUARDED_BY(mutex_) = 0;
  bool delivered_ ABSL_GUARDED_BY(mutex_) = false;
  bool is_over_ ABSL_GUARDED_BY(mutex_) = false;
  // How the first lane has failed; OK = it has not.
  absl::Status first_failure_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace clip::client

#endif  // CLIENT_HEDGED_CALL_H_

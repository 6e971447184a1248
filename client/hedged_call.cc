#include "client/hedged_call.h"

#include <string>
#include <utility>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/match.h"
#include "client/retry_policy.h"

namespace clip::client {
namespace {

// How often and how many times gRPC is asked which server it has picked. It
// knows as soon as the request is on its way.
constexpr absl::Duration kLookInterval = absl::Milliseconds(1);
constexpr int kMaxLooks = 10;

// Until gRPC has picked a server, it gives the target of the channel.
bool IsOneAddress(const std::string& peer) {
  return (absl::StartsWith(peer, "ipv4:") || absl::StartsWith(peer, "ipv6:") ||
          absl::StartsWith(peer, "unix:")) &&
         !absl::StrContains(peer, ",");
}

bool MayGoBetterElsewhere(const absl::Status& status) {
  FailedAttempt failure;
  failure.code = status.code();
  return RetryPolicy::IsRetryable(failure);
}

}  // namespace

HedgedCall::HedgedCall(const Environment& environment, absl::Duration delay,
                       NewLane new_lane, Done done,
                       std::function<void()> finished)
    : environment_(environment),
      delay_(delay),
      new_lane_(std::move(new_lane)),
      done_(std::move(done)),
      finished_(std::move(finished)),
      timer_(environment.clock->NewTimer()) {}

void HedgedCall::Start() {
  environment_.budget->RecordCall();
  {
    MutexLock lock(mutex_);
    waiting_ = true;
  }
  AddLane()->Start();
  WaitFor(delay_, [self = shared_from_this()] { self->OnDelay(); });
}

void HedgedCall::Cancel() {
  {
    MutexLock lock(mutex_);
    cancelled_ = true;
  }
  CancelAll();
}

bool HedgedCall::MayAddLane() {
  MutexLock lock(mutex_);
  return !answered_ && !cancelled_ && first_failure_.ok() &&
         lanes_.size() < kMaxLanes;
}

std::shared_ptr<RetriedCall> HedgedCall::AddLane() {
  MutexLock lock(mutex_);
  const size_t lane = lanes_.size();
  lanes_.push_back(
      {new_lane_(lane, [self = shared_from_this(), lane](absl::Status status) {
        self->EndLane(lane, std::move(status));
      })});
  ++running_;
  return lanes_.back().call;
}

void HedgedCall::OnDelay() {
  // The end of the call ends the delay as well; that must not cost a token.
  const bool may_hedge = MayAddLane() &&
                         environment_.throttle->AllowsRetries() &&
                         environment_.budget->Take();
  if (!may_hedge) return EndWait();
  TryLane();
}

void HedgedCall::TryLane() {
  if (!MayAddLane()) return EndWait();
  const std::shared_ptr<RetriedCall> lane = AddLane();
  lane->Start();
  InspectLane(lane, kMaxLooks);
}

void HedgedCall::InspectLane(const std::shared_ptr<RetriedCall>& lane,
                             int looks_left) {
  switch (JudgeLastLane(looks_left)) {
    case LaneVerdict::kUseful:
      environment_.counter->OnHedge();
      return EndWait();
    case LaneVerdict::kUseless:
      lane->Cancel();
      return TryLane();
    case LaneVerdict::kUnknown:
      return WaitFor(kLookInterval,
                     [self = shared_from_this(), lane, looks_left] {
                       self->InspectLane(lane, looks_left - 1);
                     });
  }
}

HedgedCall::LaneVerdict HedgedCall::JudgeLastLane(int looks_left) {
  MutexLock lock(mutex_);
  const std::string first = lanes_.front().call->peer();
  const std::string last = lanes_.back().call->peer();
  if (answered_ && winner_ == lanes_.size() - 1) return LaneVerdict::kUseful;
  // A first one that waits for a connection is not slow yet. An answer may have
  // come since this lane was added, and must not wait for it.
  const bool is_useless =
      answered_ || cancelled_ || !IsOneAddress(first) || first == last;
  if (!is_useless && !IsOneAddress(last) && looks_left > 0) {
    return LaneVerdict::kUnknown;
  }
  lanes_.back().is_discarded = is_useless;
  return is_useless ? LaneVerdict::kUseless : LaneVerdict::kUseful;
}

void HedgedCall::WaitFor(absl::Duration delay, std::function<void()> wake) {
  timer_->Set(delay, std::move(wake));
  // An end that came before Set found no wait to end.
  bool is_settled = false;
  {
    MutexLock lock(mutex_);
    is_settled = answered_ || cancelled_;
  }
  if (is_settled) timer_->Cancel();
}

void HedgedCall::EndWait() {
  {
    MutexLock lock(mutex_);
    waiting_ = false;
  }
  FinishIfOver();
}

void HedgedCall::EndLane(size_t lane, absl::Status status) {
  {
    MutexLock lock(mutex_);
    --running_;
    if (!answered_) {
      if (IsAnswer(lane, status)) {
        answered_ = true;
        winner_ = lane;
      } else {
        if (lane == 0) first_failure_ = std::move(status);
        if (running_ > 0) return;
        // None is left: the first lane's failure is that of the call.
        answered_ = true;
        lane = 0;
        status = first_failure_;
      }
    } else {
      lane = kMaxLanes;
    }
  }
  // Also where the caller's callback throws.
  const absl::Cleanup ended = [this] { FinishIfOver(); };
  if (lane < kMaxLanes) Deliver(std::move(status), lane);
}

bool HedgedCall::IsAnswer(size_t lane, const absl::Status& status) {
  if (status.ok() || cancelled_) return true;
  return !lanes_[lane].is_discarded && !MayGoBetterElsewhere(status);
}

void HedgedCall::Deliver(absl::Status status, size_t lane) {
  if (lane > 0 && status.ok()) environment_.counter->OnHedgeWon();
  CancelAll();
  const absl::Cleanup delivered = [this] {
    MutexLock lock(mutex_);
    delivered_ = true;
  };
  done_(std::move(status), lane);
}

void HedgedCall::CancelAll() {
  std::vector<Lane> lanes;
  {
    MutexLock lock(mutex_);
    lanes = lanes_;
  }
  for (const Lane& lane : lanes) lane.call->Cancel();
  timer_->Cancel();
}

void HedgedCall::FinishIfOver() {
  std::vector<Lane> ended;
  {
    MutexLock lock(mutex_);
    if (running_ > 0 || waiting_ || !delivered_ || is_over_) return;
    is_over_ = true;
    // They refer to this object.
    ended.swap(lanes_);
  }
  ended.clear();
  finished_();
}

}  // namespace clip::client

#include "client/load/load_runner.h"

#include <algorithm>
#include <memory>
#include <utility>

namespace clip::client::load {
namespace {

constexpr absl::Duration kTickInterval = absl::Milliseconds(500);

}  // namespace

LoadRunner::LoadRunner(const Options& options, LoadClock* clock,
                       LoadTarget* target, SpecSource specs,
                       KeepGoing keep_going)
    : options_(options),
      clock_(clock),
      target_(target),
      specs_(std::move(specs)),
      keep_going_(std::move(keep_going)),
      recorder_({options.warm_up, options.window, options.late_after}) {}

RunResult LoadRunner::RunOpenLoop(ArrivalPlan plan) {
  Begin();
  measured_end_ = start_ + plan.length();
  while (const std::optional<absl::Duration> due = plan.Next()) {
    if (!PassUntil(start_ + *due)) break;
    Send(start_ + *due, start_ + *due);
  }
  // The last stretch of a plan may have no call.
  if (end_ == RunEnd::kComplete) PassUntil(start_ + plan.length());
  const absl::Duration length = end_ == RunEnd::kComplete
                                    ? plan.length()
                                    : std::min(Elapsed(), plan.length());
  Drain();
  return Finish(length);
}

RunResult LoadRunner::RunClosedLoop(int concurrency, absl::Duration duration) {
  Begin();
  const absl::Duration length = options_.warm_up + duration;
  measured_end_ = start_ + length;
  {
    MutexLock lock(mutex_);
    notify_ = true;
    free_slots_.assign(static_cast<size_t>(concurrency), start_);
  }
  while (clock_->Now() < measured_end_ && Tick()) {
    CutCalls();
    const std::optional<absl::Time> ready =
        AwaitSlot(std::min(measured_end_, NextDuty()));
    // A slot that became free with the end is not filled again.
    const absl::Time now = clock_->Now();
    if (ready.has_value() && now < measured_end_) Send(now, *ready);
  }
  const absl::Duration run_length = std::min(Elapsed(), length);
  Drain();
  return Finish(run_length);
}

void LoadRunner::Begin() {
  start_ = clock_->Now();
  cpu_start_ = clock_->CpuTime();
  last_tick_ = start_;
  next_tick_ = start_ + kTickInterval;
}

bool LoadRunner::PassUntil(absl::Time time) {
  while (Tick()) {
    CutCalls();
    MutexLock lock(mutex_);
    if (clock_->Now() >= time) return true;
    clock_->WaitUntil(mutex_, ended_, std::min(time, NextDuty()));
  }
  return false;
}

std::optional<absl::Time> LoadRunner::AwaitSlot(absl::Time time) {
  MutexLock lock(mutex_);
  while (free_slots_.empty()) {
    if (clock_->Now() >= time) return std::nullopt;
    clock_->WaitUntil(mutex_, ended_, time);
  }
  const absl::Time ready = free_slots_.front();
  free_slots_.pop_front();
  return ready;
}

bool LoadRunner::Tick() {
  if (end_ != RunEnd::kComplete) return false;
  const absl::Time now = clock_->Now();
  if (now < next_tick_) return true;
  RunProgress progress;
  progress.elapsed = now - start_;
  progress.warming_up = progress.elapsed < options_.warm_up;
  progress.interval = now - last_tick_;
  {
    MutexLock lock(mutex_);
    progress.sent = sent_;
    progress.ended = count_ended_;
    progress.bad = bad_;
    progress.in_flight = in_flight_;
    progress.recent = recorder_.TakeRecent();
  }
  progress.ended_in_interval = progress.ended - ended_at_last_tick_;
  ended_at_last_tick_ = progress.ended;
  last_tick_ = now;
  next_tick_ = now + kTickInterval;
  if (!keep_going_(progress)) end_ = RunEnd::kInterrupted;
  return ShouldGoOn();
}

bool LoadRunner::ShouldGoOn() {
  if (end_ != RunEnd::kComplete) return false;
  const absl::Time now = clock_->Now();
  MutexLock lock(mutex_);
  if (gone_since_.has_value() && now - *gone_since_ >= options_.give_up_after) {
    end_ = RunEnd::kServerGone;
  } else if (options_.until_stable && !draining_ &&
             recorder_.HasSettled(now - start_)) {
    end_ = RunEnd::kStable;
  }
  return end_ == RunEnd::kComplete;
}

void LoadRunner::Send(absl::Time due, absl::Time ready) {
  auto flight =
      std::make_shared<Flight>(Flight{specs_(index_++), due, std::nullopt});
  const absl::Time now = clock_->Now();
  {
    MutexLock lock(mutex_);
    if (in_flight_ >= options_.max_in_flight) {
      recorder_.RecordEnd({&flight->spec, due - start_, absl::ZeroDuration(),
                           Outcome::kNotSent, nullptr});
      return;
    }
    ++in_flight_;
    ++sent_;
    if (due - start_ >= options_.warm_up && now <= measured_end_) {
      ++sent_in_time_;
    }
    recorder_.RecordSend(due - start_, now - ready);
  }
  PlanCut(flight, now);
  target_->Start(flight->spec, [this, flight](const CallResult& result) {
    EndCall(*flight, result);
  });
}

void LoadRunner::PlanCut(const std::shared_ptr<Flight>& flight,
                         absl::Time sent) {
  const CallSpec& spec = flight->spec;
  if (spec.cancel_after > absl::ZeroDuration()) {
    cuts_.insert({flight->due + spec.cancel_after,
                  {flight, Outcome::kCancelledAsAsked}});
  } else if (IsStreamed(spec.kind) && spec.deadline > absl::ZeroDuration()) {
    // An item has no deadline of its own on the wire.
    cuts_.insert({sent + spec.deadline, {flight, Outcome::kTimedOut}});
  }
}

void LoadRunner::CutCalls() {
  while (!cuts_.empty() && cuts_.begin()->first <= clock_->Now()) {
    const Cut cut = std::move(cuts_.extract(cuts_.begin()).mapped());
    {
      MutexLock lock(mutex_);
      cut.flight->cut_as = cut.as;
    }
    target_->Cancel(cut.flight->spec.index);
  }
}

absl::Time LoadRunner::NextDuty() const {
  return cuts_.empty() ? next_tick_
                       : std::min(next_tick_, cuts_.begin()->first);
}

void LoadRunner::EndCall(const Flight& flight, const CallResult& result) {
  const absl::Time now = clock_->Now();
  const absl::Time due = flight.due;
  MutexLock lock(mutex_);
  const bool is_cut = absl::IsCancelled(result.status) && flight.cut_as;
  const Outcome outcome =
      is_cut ? *flight.cut_as
             : OutcomeOf(result.status, flight.spec.spoil_picture);
  recorder_.RecordEnd(
      {&flight.spec, due - start_, now - due, outcome, &result});
  --in_flight_;
  ++count_ended_;
  if (IsBad(outcome)) ++bad_;
  if (outcome != Outcome::kUnavailable) {
    gone_since_.reset();
  } else if (!gone_since_.has_value()) {
    gone_since_ = now;
  }
  if (!notify_) return;
  free_slots_.push_back(now);
  // Under the lock: the waiter destroys this object as soon as it gets it.
  ended_.notify_all();
}

void LoadRunner::Drain() {
  draining_ = true;
  bool cancelled = false;
  for (;;) {
    const bool is_cut =
        end_ == RunEnd::kInterrupted || end_ == RunEnd::kServerGone;
    if (is_cut && !cancelled) {
      target_->CancelAll();
      cancelled = true;
    }
    {
      MutexLock lock(mutex_);
      notify_ = true;
      if (in_flight_ == 0) return;
      clock_->WaitUntil(mutex_, ended_, NextDuty());
    }
    CutCalls();
    if (!Tick()) next_tick_ = clock_->Now() + kTickInterval;
  }
}

RunResult LoadRunner::Finish(absl::Duration planned_length) {
  const absl::Duration real = Elapsed();
  const absl::Duration cpu = clock_->CpuTime() - cpu_start_;
  MutexLock lock(mutex_);
  RunResult result = recorder_.Finish(planned_length);
  result.end = end_;
  result.sent_in_time = sent_in_time_;
  if (real > absl::ZeroDuration()) {
    result.client_cpu_share = absl::FDivDuration(cpu, real);
  }
  return result;
}

}  // namespace clip::client::load

#ifndef CLIENT_LOAD_ARRIVAL_PLAN_H_
#define CLIENT_LOAD_ARRIVAL_PLAN_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <random>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace clip::client::load {

// A stretch of a run whose rate goes in a straight line from one value to the
// other, in calls a second.
struct RateSegment {
  double first_rate = 0;
  double last_rate = 0;
  absl::Duration length;
};

struct ArrivalOptions {
  // One after the other: a single one with equal rates is a constant rate, two
  // rates make a ramp, several segments make steps.
  std::vector<RateSegment> segments;
  // Gaps drawn from an exponential distribution, as of many independent
  // callers. Off: the calls are as even as the rates allow, and queues look
  // shorter than callers will find them.
  bool poisson = false;
  // Of the draws; the same seed gives the same plan.
  uint64_t seed = 1;
};

// When the calls of an open-loop run are due, fixed before the first is sent.
// A pure sequence: it knows no clock. Not thread-safe.
class ArrivalPlan {
 public:
  // The rate of any moment.
  static constexpr double kMaxRate = 1e6;

  // INVALID_ARGUMENT where a rate is negative, not finite or above kMaxRate, a
  // length is not positive, or there is no call at all.
  static absl::StatusOr<ArrivalPlan> Create(ArrivalOptions options);

  // Calls at these times since the start, of a trace. INVALID_ARGUMENT where
  // there is none, one is negative, or they do not ascend.
  static absl::StatusOr<ArrivalPlan> FromTimes(
      std::vector<absl::Duration> times);

  // Since the start of the run, never descending; nothing after the last call.
  std::optional<absl::Duration> Next();

  // Of all segments, or until the last call of a trace.
  absl::Duration length() const { return length_; }

 private:
  ArrivalPlan() = default;

  double AllCalls() const;
  // The time at which the rates have promised `calls`.
  std::optional<absl::Duration> TimeOf(double calls) const;

  ArrivalOptions options_;
  absl::Duration length_;
  std::mt19937_64 random_;
  // Promised calls up to the last that was handed out.
  double calls_ = 0;
  bool started_ = false;
  // Of a trace.
  std::vector<absl::Duration> times_;
  size_t next_time_ = 0;
};

}  // namespace clip::client::load

#endif  // CLIENT_LOAD_ARRIVAL_PLAN_H_

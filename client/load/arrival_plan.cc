#include "client/load/arrival_plan.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "absl/strings/str_cat.h"

namespace clip::client::load {
namespace {

absl::Status CheckRate(double rate) {
  if (rate >= 0 && rate <= ArrivalPlan::kMaxRate) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("a rate of ", rate, " calls a second is not between 0 and ",
                   ArrivalPlan::kMaxRate));
}

// Calls in the first `seconds` of the segment: the area under the line.
double CallsWithin(const RateSegment& segment, double seconds) {
  const double slope = (segment.last_rate - segment.first_rate) /
                       absl::ToDoubleSeconds(segment.length);
  return seconds * (segment.first_rate + slope * seconds / 2);
}

// The inverse: seconds until so many calls, which the segment has.
double SecondsUntil(const RateSegment& segment, double calls) {
  const double slope = (segment.last_rate - segment.first_rate) /
                       absl::ToDoubleSeconds(segment.length);
  // The root of slope/2 s^2 + first s = calls, in the form that is stable for
  // a slope near zero.
  const double root = std::sqrt(std::max(
      0.0, segment.first_rate * segment.first_rate + 2 * slope * calls));
  const double divisor = segment.first_rate + root;
  return divisor > 0 ? 2 * calls / divisor : 0;
}

}  // namespace

absl::StatusOr<ArrivalPlan> ArrivalPlan::Create(ArrivalOptions options) {
  ArrivalPlan plan;
  for (const RateSegment& segment : options.segments) {
    for (const double rate : {segment.first_rate, segment.last_rate}) {
      const absl::Status valid = CheckRate(rate);
      if (!valid.ok()) return valid;
    }
    if (segment.length <= absl::ZeroDuration() ||
        segment.length == absl::InfiniteDuration()) {
      return absl::InvalidArgumentError("a stretch of the run has no length");
    }
    plan.length_ += segment.length;
  }
  plan.random_.seed(options.seed);
  plan.options_ = std::move(options);
  if (plan.AllCalls() <= 0) {
    return absl::InvalidArgumentError("the rates promise no call at all");
  }
  return plan;
}

absl::StatusOr<ArrivalPlan> ArrivalPlan::FromTimes(
    std::vector<absl::Duration> times) {
  if (times.empty()) return absl::InvalidArgumentError("the trace is empty");
  if (times.front() < absl::ZeroDuration() ||
      !std::is_sorted(times.begin(), times.end())) {
    return absl::InvalidArgumentError(
        "the times of the trace do not ascend from 0");
  }
  ArrivalPlan plan;
  plan.length_ = times.back();
  plan.times_ = std::move(times);
  return plan;
}

std::optional<absl::Duration> ArrivalPlan::Next() {
  if (options_.segments.empty()) {
    if (next_time_ == times_.size()) return std::nullopt;
    return times_[next_time_++];
  }
  if (options_.poisson) {
    // Gaps of unit rate, stretched by the rates of the moment.
    calls_ += std::exponential_distribution<double>()(random_);
  } else if (started_) {
    calls_ += 1;
  }
  started_ = true;
  return TimeOf(calls_);
}

std::optional<absl::Duration> ArrivalPlan::TimeOf(double calls) const {
  absl::Duration start;
  for (const RateSegment& segment : options_.segments) {
    const double seconds = absl::ToDoubleSeconds(segment.length);
    const double within = CallsWithin(segment, seconds);
    if (calls < within) {
      return start + absl::Seconds(SecondsUntil(segment, calls));
    }
    calls -= within;
    start += segment.length;
  }
  return std::nullopt;
}

double ArrivalPlan::AllCalls() const {
  double calls = 0;
  for (const RateSegment& segment : options_.segments) {
    calls += CallsWithin(segment, absl::ToDoubleSeconds(segment.length));
  }
  return calls;
}

}  // namespace clip::client::load

#include "client/load/outcome.h"

#include <numeric>

namespace clip::client::load {
namespace {

constexpr std::array<absl::string_view, kOutcomeCount> kOutcomeNames = {
    "ok",          "refused_as_asked", "rejected",           "timed_out",
    "unavailable", "cancelled",        "cancelled_as_asked", "wrong_answer",
    "failed",      "not_sent"};

}  // namespace

absl::string_view NameOf(Outcome outcome) {
  return kOutcomeNames[static_cast<size_t>(outcome)];
}

Outcome OutcomeOf(const absl::Status& status, bool expects_refusal) {
  switch (status.code()) {
    case absl::StatusCode::kOk:
      return expects_refusal ? Outcome::kWrongAnswer : Outcome::kOk;
    case absl::StatusCode::kInvalidArgument:
      return expects_refusal ? Outcome::kRefusedAsAsked : Outcome::kFailed;
    case absl::StatusCode::kResourceExhausted:
      return Outcome::kRejected;
    case absl::StatusCode::kDeadlineExceeded:
      return Outcome::kTimedOut;
    case absl::StatusCode::kUnavailable:
      return Outcome::kUnavailable;
    case absl::StatusCode::kDataLoss:
      return Outcome::kWrongAnswer;
    case absl::StatusCode::kCancelled:
      return Outcome::kCancelled;
    default:
      return Outcome::kFailed;
  }
}

bool IsGood(Outcome outcome) {
  return outcome == Outcome::kOk || outcome == Outcome::kRefusedAsAsked;
}

bool IsBad(Outcome outcome) {
  return !IsGood(outcome) && outcome != Outcome::kCancelledAsAsked;
}

void OutcomeCounts::Merge(const OutcomeCounts& other) {
  for (size_t i = 0; i < kOutcomeCount; ++i) counts_[i] += other.counts_[i];
}

uint64_t OutcomeCounts::total() const {
  return std::accumulate(counts_.begin(), counts_.end(), uint64_t{0});
}

uint64_t OutcomeCounts::good() const {
  return (*this)[Outcome::kOk] + (*this)[Outcome::kRefusedAsAsked];
}

uint64_t OutcomeCounts::bad() const {
  return total() - good() - (*this)[Outcome::kCancelledAsAsked];
}

}  // namespace clip::client::load

#ifndef CLIENT_LOAD_OUTCOME_H_
#define CLIENT_LOAD_OUTCOME_H_

#include <array>
#include <cstddef>
#include <cstdint>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace clip::client::load {

// How a call of a run ended. Every call that is due ends in exactly one.
enum class Outcome {
  kOk,
  // A spoilt picture, sent on purpose, was refused as it should be.
  kRefusedAsAsked,
  // RESOURCE_EXHAUSTED: the server sheds load.
  kRejected,
  // DEADLINE_EXCEEDED.
  kTimedOut,
  // UNAVAILABLE: gone, draining or loading.
  kUnavailable,
  // The run was ended while the call was in flight, or the server cancelled it.
  kCancelled,
  // Its caller went away, as the workload wants of some.
  kCancelledAsAsked,
  // A spoilt picture was embedded, or the answer is not the known one
  // (DATA_LOSS).
  kWrongAnswer,
  // Any other status.
  kFailed,
  // Due, but never sent: the client had too many calls in flight.
  kNotSent,
};
inline constexpr size_t kOutcomeCount = 10;

// snake_case, as in the reports.
absl::string_view NameOf(Outcome outcome);

// `expects_refusal`: the call held a spoilt picture.
Outcome OutcomeOf(const absl::Status& status, bool expects_refusal);

// True where the server did what was asked of it.
bool IsGood(Outcome outcome);

// True where a call is neither good nor cancelled as asked.
bool IsBad(Outcome outcome);

// How many calls ended in which way. A value.
class OutcomeCounts {
 public:
  void Add(Outcome outcome) { ++counts_[static_cast<size_t>(outcome)]; }
  void Merge(const OutcomeCounts& other);
  uint64_t operator[](Outcome outcome) const {
    return counts_[static_cast<size_t>(outcome)];
  }
  uint64_t total() const;
  // Those of IsGood.
  uint64_t good() const;
  // Those of IsBad.
  uint64_t bad() const;

 private:
  std::array<uint64_t, kOutcomeCount> counts_ = {};
};

}  // namespace clip::client::load

#endif  // CLIENT_LOAD_OUTCOME_H_

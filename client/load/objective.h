#ifndef CLIENT_LOAD_OBJECTIVE_H_
#define CLIENT_LOAD_OBJECTIVE_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "client/load/run_result.h"

namespace clip::client::load {

// A promise about latency: a part of all calls is answered well within a time.
struct Objective {
  // In (0, 1).
  double quantile = 0.99;
  absl::Duration limit;
  // As it was written.
  std::string text;
};

// Reads "p99<50ms". INVALID_ARGUMENT where it is not of that form.
absl::StatusOr<Objective> ParseObjective(absl::string_view text);

// Calls that failed or were not sent count as over the limit, so that a server
// that refuses calls quickly does not look quick. Those that were cancelled on
// purpose do not count.
bool Meets(const CallStatistics& calls, const Objective& objective);

}  // namespace clip::client::load

#endif  // CLIENT_LOAD_OBJECTIVE_H_

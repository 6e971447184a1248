#include "client/load/objective.h"

#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

namespace clip::client::load {

absl::StatusOr<Objective> ParseObjective(absl::string_view text) {
  const std::vector<std::string> parts = absl::StrSplit(text, '<');
  Objective objective;
  objective.text = std::string(text);
  absl::string_view percent = parts[0];
  if (parts.size() != 2 || !absl::ConsumePrefix(&percent, "p") ||
      !absl::SimpleAtod(percent, &objective.quantile) ||
      !(objective.quantile > 0 && objective.quantile < 100) ||
      !absl::ParseDuration(parts[1], &objective.limit) ||
      objective.limit <= absl::ZeroDuration()) {
    return absl::InvalidArgumentError(
        absl::StrCat("\"", text, "\" is not an objective such as p99<50ms"));
  }
  objective.quantile /= 100;
  return objective;
}

bool Meets(const CallStatistics& calls, const Objective& objective) {
  // Who went away waits for nothing.
  const auto total =
      static_cast<double>(calls.outcomes.good() + calls.outcomes.bad());
  const auto in_time =
      static_cast<double>(calls.latency.CountUpTo(objective.limit));
  return total > 0 && in_time >= objective.quantile * total - 1e-9;
}

}  // namespace clip::client::load

#ifndef CLIENT_CLI_LOAD_PLAN_H_
#define CLIENT_CLI_LOAD_PLAN_H_

#include <istream>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "client/cli/golden_answers.h"
#include "client/cli/load_flags.h"
#include "client/load/arrival_plan.h"
#include "client/load/corpus.h"
#include "client/load/objective.h"
#include "client/load/rate_search.h"
#include "client/load/workload.h"

namespace clip::client {

// One run that is to be made.
struct PlannedRun {
  // As in load::RunReport.
  std::string label;
  double rate = 0;
  // 0 = the plan says when.
  int concurrency = 0;
  std::optional<load::ArrivalPlan> arrivals;
};

// All that clip_client load is asked to do.
struct LoadPlan {
  // Filled, unless there is a search.
  std::vector<PlannedRun> runs;
  std::optional<load::RateSearch> search;
  std::optional<load::Objective> objective;
  load::Workload workload;
  load::Corpus corpus;
  // Of the golden files.
  std::vector<KnownAnswer> known;
};

// A run at a constant rate, or a ramp from it, with the flags' warm-up.
// INVALID_ARGUMENT where the rate is impossible.
absl::StatusOr<PlannedRun> PlanRate(const LoadFlags& flags, double rate);

// Reads the flags and the files that they name. INVALID_ARGUMENT or NOT_FOUND
// says what is wrong. `max_bytes`: of one picture. `in` is standard input.
absl::StatusOr<LoadPlan> PlanLoad(const LoadFlags& flags, size_t max_bytes,
                                  std::istream& in);

}  // namespace clip::client

#endif  // CLIENT_CLI_LOAD_PLAN_H_

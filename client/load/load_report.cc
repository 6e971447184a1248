#include "client/load/load_report.h"

#include <algorithm>

namespace clip::client::load {
namespace {

double PerSecond(uint64_t count, const RunResult& result) {
  const double seconds = absl::ToDoubleSeconds(result.measured);
  return seconds > 0 ? static_cast<double>(count) / seconds : 0;
}

double ShareOf(uint64_t count, const RunResult& result) {
  const uint64_t total = result.outcomes.total();
  return total > 0 ? static_cast<double>(count) / static_cast<double>(total)
                   : 0;
}

}  // namespace

double RunReport::GoodPerSecond() const {
  return PerSecond(result.outcomes.good(), result);
}

double RunReport::SentPerSecond() const {
  return PerSecond(result.sent_in_time, result);
}

double RunReport::BadShare() const {
  return ShareOf(result.outcomes.bad(), result);
}

double RunReport::LateShare() const { return ShareOf(result.late, result); }

bool LoadReport::is_valid() const {
  return std::all_of(runs.begin(), runs.end(), [](const RunReport& run) {
    return run.verdict.is_valid();
  });
}

}  // namespace clip::client::load

#include "client/load/verdict.h"

#include "absl/strings/str_format.h"

namespace clip::client::load {
namespace {

constexpr absl::Duration kMaxLag = absl::Milliseconds(1);
constexpr double kLagQuantile = 0.99;
constexpr double kMinSentShare = 0.99;
constexpr double kMaxCpuShare = 0.8;

}  // namespace

Verdict Judge(const RunResult& result) {
  Verdict verdict;
  if (result.outcomes.total() == 0) {
    verdict.reasons.push_back("no call was measured");
  }
  const uint64_t not_sent = result.outcomes[Outcome::kNotSent];
  if (not_sent > 0) {
    verdict.reasons.push_back(absl::StrFormat(
        "%d calls were not sent: too many were in flight", not_sent));
  }
  // Of a few calls one is more than a hundredth: chance is left out.
  const absl::Duration lag =
      result.send_lag.QuantileWithInterval(kLagQuantile).low;
  if (lag > kMaxLag) {
    verdict.reasons.push_back(absl::StrFormat(
        "the client sent late: 1 call in 100 by %.1f ms or more (limit 1 ms)",
        absl::ToDoubleMilliseconds(lag)));
  }
  const uint64_t due = result.outcomes.total();
  if (static_cast<double>(result.sent_in_time) <
      kMinSentShare * static_cast<double>(due)) {
    verdict.reasons.push_back(
        absl::StrFormat("the client sent %d of the %d calls due in time",
                        result.sent_in_time, due));
  }
  if (result.client_cpu_share > kMaxCpuShare) {
    verdict.reasons.push_back(
        absl::StrFormat("the client used %.0f %% of all cores (limit 80 %%)",
                        100 * result.client_cpu_share));
  }
  return verdict;
}

}  // namespace clip::client::load

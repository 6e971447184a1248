#include "client/load/rate_search.h"

#include <algorithm>
#include <cmath>

namespace clip::client::load {
namespace {

constexpr double kSearchPrecision = 1.05;

}  // namespace

absl::StatusOr<RateSearch> RateSearch::Create(double lowest, double highest) {
  if (!(lowest > 0 && lowest <= highest)) {
    return absl::InvalidArgumentError(
        "a search needs two rates above 0, the lower one first");
  }
  return RateSearch(lowest, highest);
}

std::optional<double> RateSearch::Next() const { return candidate_; }

void RateSearch::Report(bool held) {
  (held ? best_ : worst_) = candidate_;
  candidate_.reset();
  if (!best_.has_value()) return;
  if (!worst_.has_value()) {
    if (*best_ < highest_) candidate_ = std::min(2 * *best_, highest_);
  } else if (*worst_ > kSearchPrecision * *best_) {
    candidate_ = std::sqrt(*best_ * *worst_);
  }
}

}  // namespace clip::client::load

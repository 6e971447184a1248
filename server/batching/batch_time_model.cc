#include "server/batching/batch_time_model.h"

#include <algorithm>
#include <limits>

namespace clip::batching {
namespace {

// What remains of a batch's weight with each that follows: about the last
// thirty decide.
constexpr double kFading = 0.97;
constexpr double kMostOfPrediction = 2.0;
// Amounts of work whose variance is below this share of their squared mean say
// nothing about a slope.
constexpr double kLeastSpread = 1e-3;

}  // namespace

void BatchTimeModel::Record(double work, absl::Duration elapsed) {
  double seconds = absl::ToDoubleSeconds(elapsed);
  if (known()) {
    const double predicted = absl::ToDoubleSeconds(Predict(work));
    seconds = std::min(seconds, kMostOfPrediction * predicted);
  }
  for (double* sum :
       {&weight_, &work_, &work_squared_, &seconds_, &work_seconds_}) {
    *sum *= kFading;
  }
  weight_ += 1;
  work_ += work;
  work_squared_ += work * work;
  seconds_ += seconds;
  work_seconds_ += work * seconds;
  Fit();
}

void BatchTimeModel::Fit() {
  const double mean_work = work_ / weight_;
  const double mean_seconds = seconds_ / weight_;
  const double variance = work_squared_ / weight_ - mean_work * mean_work;
  if (variance < kLeastSpread * mean_work * mean_work) {
    line_ = {0, mean_seconds / mean_work};
    return;
  }
  const double covariance = work_seconds_ / weight_ - mean_work * mean_seconds;
  const double slope = std::max(0.0, covariance / variance);
  const double fixed = mean_seconds - slope * mean_work;
  line_ =
      fixed >= 0 ? Line{fixed, slope} : Line{0, work_seconds_ / work_squared_};
}

absl::Duration BatchTimeModel::Predict(double work) const {
  return absl::Seconds(line_.fixed + line_.per_unit * work);
}

double BatchTimeModel::LargestWithin(absl::Duration limit) const {
  const double left = absl::ToDoubleSeconds(limit) - line_.fixed;
  if (left < 0) return 0;
  if (line_.per_unit == 0) return std::numeric_limits<double>::infinity();
  return left / line_.per_unit;
}

}  // namespace clip::batching

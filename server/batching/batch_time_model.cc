#include "server/batching/batch_time_model.h"

#include <algorithm>
#include <cstddef>

namespace clip::batching {
namespace {

// A batch that took longer than this many predictions counts as so many.
constexpr double kMostOfPrediction = 2.0;
// Shares of a batch's time: by how much equal batches differ, and by how much
// each part of the time may have changed since the batch before. Their ratio
// says how fast old batches are forgotten.
constexpr double kNoise = 0.1;
constexpr double kChange = 0.002;
// A time of zero, as a clock that stands still measures, has no share.
constexpr double kLeastSeconds = 1e-7;

double Square(double value) { return value * value; }

}  // namespace

BatchTimeModel::Parts BatchTimeModel::PartsOf(const BatchWork& work) {
  return {1.0, static_cast<double>(work.rows),
          static_cast<double>(work.positions)};
}

double BatchTimeModel::Seconds(const Parts& work) const {
  double seconds = 0;
  for (size_t i = 0; i < work.size(); ++i) seconds += cost_[i] * work[i];
  return seconds;
}

void BatchTimeModel::Begin(const Parts& work, double seconds) {
  known_ = true;
  cost_ = {0, 0, seconds / work[2]};
  for (size_t i = 0; i < work.size(); ++i) {
    doubt_[i][i] = Square(seconds / work[i]);
  }
}

void BatchTimeModel::Drift(const Parts& work, double predicted) {
  for (size_t i = 0; i < work.size(); ++i) {
    const double whole = Square(predicted / work[i]);
    // A part of which nothing has been seen for long is not doubted for ever.
    if (doubt_[i][i] < whole) doubt_[i][i] += Square(kChange) * whole;
  }
}

void BatchTimeModel::Correct(const Parts& work, double seconds,
                             double predicted) {
  Parts shared = {};  // Covariance of each part with this batch's time.
  double variance = Square(kNoise * std::min(seconds, predicted));
  for (size_t i = 0; i < work.size(); ++i) {
    for (size_t j = 0; j < work.size(); ++j) {
      shared[i] += doubt_[i][j] * work[j];
    }
    variance += shared[i] * work[i];
  }
  for (size_t i = 0; i < work.size(); ++i) {
    cost_[i] += shared[i] / variance * (seconds - predicted);
    for (size_t j = 0; j < work.size(); ++j) {
      doubt_[i][j] -= shared[i] * shared[j] / variance;
    }
  }
}

// What a negative part was too low by, the others were too high by, as far as
// they go together.
void BatchTimeModel::RemoveNegativeParts() {
  for (size_t pass = 0; pass < cost_.size(); ++pass) {
    for (size_t i = 0; i < cost_.size(); ++i) {
      if (cost_[i] >= 0) continue;
      const double excess = doubt_[i][i] > 0 ? cost_[i] / doubt_[i][i] : 0.0;
      for (size_t j = 0; j < cost_.size(); ++j) {
        if (j != i) cost_[j] -= doubt_[i][j] * excess;
      }
      cost_[i] = 0;
    }
  }
  for (double& part : cost_) part = std::max(part, 0.0);
}

void BatchTimeModel::Record(const BatchWork& work, absl::Duration elapsed) {
  const Parts parts = PartsOf(work);
  double seconds = std::max(kLeastSeconds, absl::ToDoubleSeconds(elapsed));
  if (!known_) Begin(parts, seconds);
  const double predicted = std::max(kLeastSeconds, Seconds(parts));
  seconds = std::min(seconds, kMostOfPrediction * predicted);
  Drift(parts, predicted);
  Correct(parts, seconds, predicted);
  RemoveNegativeParts();
}

absl::Duration BatchTimeModel::Predict(const BatchWork& work) const {
  return absl::Seconds(Seconds(PartsOf(work)));
}

}  // namespace clip::batching

#include "model/train/learning_rate.h"

#include <algorithm>
#include <cmath>

namespace clip::model {

double LearningRateSchedule::At(int64_t step) const {
  if (step < warmup) {
    return base * static_cast<double>(step + 1) / static_cast<double>(warmup);
  }
  if (constant) return base;
  // A run may be shorter than its warm-up, or go on after its end.
  const int64_t falling = std::max<int64_t>(total_steps - warmup, 1);
  const int64_t done = std::min(step - warmup, falling);
  const double share = static_cast<double>(done) / static_cast<double>(falling);
  return 0.5 * (1.0 + std::cos(M_PI * share)) * base;
}

}  // namespace clip::model

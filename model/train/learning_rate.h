#ifndef MODEL_TRAIN_LEARNING_RATE_H_
#define MODEL_TRAIN_LEARNING_RATE_H_

#include <cstdint>

namespace clip::model {

// open_clip's cosine_lr and const_lr: a linear warm-up to the full rate, and
// then half a cosine down to 0, or the full rate for ever.
struct LearningRateSchedule {
  double base = 1e-5;
  // Steps of the warm-up; more starts more gently.
  int64_t warmup = 0;
  // Steps of the whole run, warm-up included.
  int64_t total_steps = 1;
  bool constant = false;

  // The rate of a step, counted from 0. Pure.
  double At(int64_t step) const;
};

}  // namespace clip::model

#endif  // MODEL_TRAIN_LEARNING_RATE_H_

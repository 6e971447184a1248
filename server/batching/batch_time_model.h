#ifndef SERVER_BATCHING_BATCH_TIME_MODEL_H_
#define SERVER_BATCHING_BATCH_TIME_MODEL_H_

#include "absl/time/time.h"

namespace clip::batching {

// How long a batch takes by how much work it is: a fixed part and a part for
// each unit of work, fitted to the batches that ran, the latest ones most.
//
// A unit is whatever the time of a batch grows with: a row of pictures, a token
// position of texts. Neither part is ever negative. While only one amount of
// work has been seen, time is taken to be proportional to it.
//
// A batch that took far longer than predicted counts as twice the prediction:
// one that the system held up teaches little, a device that became slower is
// still learned in a few batches.
//
// A plain value; not thread-safe.
class BatchTimeModel {
 public:
  // REQUIRES: work > 0.
  void Record(double work, absl::Duration elapsed);

  // False until the first batch.
  bool known() const { return weight_ > 0; }

  // Zero while nothing is known.
  absl::Duration Predict(double work) const;

  // The most work that is predicted to end within `limit`: 0 where the fixed
  // part alone takes longer, infinity where work costs nothing or nothing is
  // known.
  double LargestWithin(absl::Duration limit) const;

 private:
  // Seconds, and seconds a unit.
  struct Line {
    double fixed = 0;
    double per_unit = 0;
  };
  void Fit();

  // Sums over the batches, each fading with those that follow.
  double weight_ = 0;
  double work_ = 0;
  double work_squared_ = 0;
  double seconds_ = 0;
  double work_seconds_ = 0;
  Line line_;
};

}  // namespace clip::batching

#endif  // SERVER_BATCHING_BATCH_TIME_MODEL_H_

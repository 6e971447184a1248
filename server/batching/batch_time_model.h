#ifndef SERVER_BATCHING_BATCH_TIME_MODEL_H_
#define SERVER_BATCHING_BATCH_TIME_MODEL_H_

#include <array>

#include "absl/time/time.h"
#include "server/batching/batch_work.h"

namespace clip::batching {

// How long a batch takes by its rows and positions: a fixed part, a part for
// each row and one for each position, none of them ever negative, so that more
// work never seems to take less time. Learned from the batches that ran, the
// latest thirty or so most.
//
// It is a Kalman filter over the three parts: of each it keeps how sure it is,
// so that an hour of full batches takes nothing from what small ones have
// taught. After the first batch time is taken to be proportional to positions.
//
// A batch that took far longer than predicted counts as twice the prediction:
// one that the system held up teaches little, a device that became slower is
// still learned in a few batches.
//
// A plain value of fixed size; not thread-safe.
class BatchTimeModel {
 public:
  // REQUIRES: 0 < rows <= positions.
  void Record(const BatchWork& work, absl::Duration elapsed);

  // False until the first batch.
  bool known() const { return known_; }

  // Zero while nothing is known.
  absl::Duration Predict(const BatchWork& work) const;

 private:
  // A value for the batch, for a row and for a position.
  using Parts = std::array<double, 3>;

  static Parts PartsOf(const BatchWork& work);
  double Seconds(const Parts& work) const;
  void Begin(const Parts& work, double seconds);
  void Drift(const Parts& work, double predicted);
  void Correct(const Parts& work, double seconds, double predicted);
  void RemoveNegativeParts();

  bool known_ = false;
  // Seconds.
  Parts cost_ = {};
  // Their covariance.
  std::array<Parts, 3> doubt_ = {};
};

}  // namespace clip::batching

#endif  // SERVER_BATCHING_BATCH_TIME_MODEL_H_

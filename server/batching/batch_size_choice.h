#ifndef SERVER_BATCHING_BATCH_SIZE_CHOICE_H_
#define SERVER_BATCHING_BATCH_SIZE_CHOICE_H_

#include "absl/time/time.h"
#include "absl/types/span.h"
#include "server/batching/batch_time_model.h"

namespace clip::batching {

struct BatchSizeChoice {
  // How long each waiting row has waited, oldest first.
  absl::Span<const absl::Duration> waits;
  // From its arrival, a row should be answered within this.
  absl::Duration target = absl::InfiniteDuration();
  // Work of one row, as `times` counts it.
  double units_per_row = 1;
};

// How many of the waiting rows the next batch takes: that number, used for one
// batch after the other, which answers the most of them within the target. Of
// equally good ones the largest, since large batches cost the least in all; so
// all of them where the target cannot be met, is met anyway, or where nothing
// is known of the times. Rows answered in time are never fewer than by taking
// all at once.
//
// A pure function. At least 1 where a row waits.
int ChooseBatchSize(const BatchSizeChoice& choice, const BatchTimeModel& times);

}  // namespace clip::batching

#endif  // SERVER_BATCHING_BATCH_SIZE_CHOICE_H_

#ifndef SERVER_BATCHING_BATCH_SIZE_CHOICE_H_
#define SERVER_BATCHING_BATCH_SIZE_CHOICE_H_

#include "absl/time/time.h"
#include "absl/types/span.h"
#include "server/batching/batch_time_model.h"
#include "server/batching/waiting_row.h"
#include "server/batching/work_counter.h"

namespace clip::batching {

// How many of the waiting rows, oldest first, the next batch takes: that
// number, used for one batch after the other, which answers the most of them
// within `target` from their arrival. Of equally good ones the largest, since
// large batches cost the least in all; so all of them where the target cannot
// be met, is met anyway, or where nothing is known of the times. Rows answered
// in time are never fewer than by taking all at once.
//
// A pure function. At least 1 where a row waits.
int ChooseBatchSize(absl::Span<const WaitingRow> rows, absl::Duration target,
                    const BatchTimeModel& times, Padding padding);

}  // namespace clip::batching

#endif  // SERVER_BATCHING_BATCH_SIZE_CHOICE_H_

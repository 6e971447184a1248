#ifndef SERVER_BATCHING_LENGTH_GROUPING_H_
#define SERVER_BATCHING_LENGTH_GROUPING_H_

#include "absl/types/span.h"
#include "server/batching/batch_time_model.h"
#include "server/batching/length_range.h"
#include "server/batching/waiting_row.h"

namespace clip::batching {

// The rows of one batch: the `count` oldest ones of these lengths.
struct LengthGroup {
  int count = 0;
  LengthRange lengths;
};

// Which of the waiting rows, oldest first, share the next batch, so that short
// texts are not padded to the length of a long one.
//
// The rows are split by length into the batches of at most `max_batch_size`
// that take the least time in all, and the batch with the oldest row is the
// answer. So the oldest always goes first, and a row waits for at most as many
// batches as rows stand before it. Where that gains little, or where nothing is
// known of the times, rows are taken by age whatever their length.
//
// A pure function. A row at least where one waits. Takes time with the number
// of rows times that of different lengths.
LengthGroup ChooseLengthGroup(absl::Span<const WaitingRow> rows,
                              int max_batch_size, const BatchTimeModel& times);

}  // namespace clip::batching

#endif  // SERVER_BATCHING_LENGTH_GROUPING_H_

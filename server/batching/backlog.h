#ifndef SERVER_BATCHING_BACKLOG_H_
#define SERVER_BATCHING_BACKLOG_H_

#include <vector>

#include "absl/time/time.h"
#include "server/batching/batch_time_model.h"
#include "server/batching/batch_work.h"
#include "server/batching/lane.h"
#include "server/batching/line.h"

namespace clip::batching {

// A batch that runs, and how long it will go on by all that is known.
struct RunningBatch {
  Line line;
  absl::Duration left;
};

// What stands before a row that comes now, and what it will cost. A plain
// value.
struct Backlog {
  // Rows that wait; positions with the padding that batches have had lately.
  PerLine<BatchWork> waiting;
  std::vector<RunningBatch> running;
  PerLane<BatchTimeModel> times;
  // Positions of an average row, padding included; 0 while unknown.
  PerLane<double> row_length;
  // Rows of a batch lately; 0 while unknown.
  PerLine<double> batch_rows;
  // As FairShare counts it, with what the running batches will have used; the
  // line that is behind goes first.
  PerLine<absl::Duration> used;
};

}  // namespace clip::batching

#endif  // SERVER_BATCHING_BACKLOG_H_

#ifndef SERVER_BATCHING_QUEUE_SUMMARY_H_
#define SERVER_BATCHING_QUEUE_SUMMARY_H_

#include <vector>

#include "absl/time/time.h"
#include "server/batching/batch_time_model.h"
#include "server/batching/line.h"
#include "server/batching/waiting_row.h"

namespace clip::batching {

// All that the policy knows of one line. A plain value.
struct LineSummary {
  int items = 0;
  // When the first in line was queued; without meaning where items is 0.
  absl::Time oldest = absl::InfiniteFuture();
  // Of those items that the next batch could hold.
  absl::Time earliest_deadline = absl::InfiniteFuture();
  // How long a batch of those items would take; zero while unknown.
  absl::Duration batch_time;
  // The rows, oldest first, as far as the policy looks ahead, and how long
  // batches of this lane take. Left out where neither the latency target nor
  // the length of the rows asks for them.
  std::vector<WaitingRow> rows;
  BatchTimeModel times;
  // Device time that the line has used so far, weighted as FairShare does.
  absl::Duration used;
};

// All that the policy knows of the queue. A plain value.
struct QueueSummary {
  PerLine<LineSummary> lines;
  // The queue has been closed: nothing more will come, so waiting is useless.
  bool closed = false;
};

}  // namespace clip::batching

#endif  // SERVER_BATCHING_QUEUE_SUMMARY_H_

#ifndef SERVER_BATCHING_QUEUE_SUMMARY_H_
#define SERVER_BATCHING_QUEUE_SUMMARY_H_

#include <vector>

#include "absl/time/time.h"
#include "server/batching/batch_time_model.h"
#include "server/batching/line.h"

namespace clip::batching {

// All that the policy knows of one line. A plain value.
struct LineSummary {
  int items = 0;
  // When the first in line was queued; without meaning where items is 0.
  absl::Time oldest = absl::InfiniteFuture();
  // Of those items that the next batch could hold.
  absl::Time earliest_deadline = absl::InfiniteFuture();
  // How long a batch of this line has been taking; zero while unknown.
  absl::Duration batch_time;
  // How long each row has waited, oldest first, and how long batches of this
  // lane take by their rows. Left out where the policy has no latency target,
  // and where a full batch waits: then only throughput helps.
  std::vector<absl::Duration> waits;
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

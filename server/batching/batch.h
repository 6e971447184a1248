#ifndef SERVER_BATCHING_BATCH_H_
#define SERVER_BATCHING_BATCH_H_

#include <cstdint>
#include <memory>
#include <vector>

#include "absl/time/time.h"
#include "server/batching/batch_task.h"
#include "server/batching/batch_work.h"
#include "server/batching/line.h"

namespace clip::batching {

// Tasks of one line that run together, oldest first; at least one.
struct Batch {
  Line line;
  std::vector<std::unique_ptr<BatchTask>> tasks;
  BatchWork work;
  // When the queue gave it out, and how long it was then expected to take;
  // zero where nothing was known.
  absl::Time taken_at;
  absl::Duration predicted;
  // The queue's own, by which it knows the batch again; 0 = of no queue.
  int64_t number = 0;
};

}  // namespace clip::batching

#endif  // SERVER_BATCHING_BATCH_H_

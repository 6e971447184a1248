#ifndef SERVER_BATCHING_BATCH_H_
#define SERVER_BATCHING_BATCH_H_

#include <memory>
#include <vector>

#include "server/batching/batch_task.h"
#include "server/batching/line.h"

namespace clip::batching {

// Tasks of one line that run together, oldest first; at least one.
struct Batch {
  Line line;
  std::vector<std::unique_ptr<BatchTask>> tasks;
};

}  // namespace clip::batching

#endif  // SERVER_BATCHING_BATCH_H_

#ifndef SERVER_BATCHING_WAITING_ROW_H_
#define SERVER_BATCHING_WAITING_ROW_H_

#include "absl/time/time.h"

namespace clip::batching {

// What the policy knows of one row in a line.
struct WaitingRow {
  absl::Duration waited;
  // Positions of a batch of this row alone.
  int length = 1;
};

}  // namespace clip::batching

#endif  // SERVER_BATCHING_WAITING_ROW_H_

#ifndef SERVER_ADMISSION_ADMISSION_OPTIONS_H_
#define SERVER_ADMISSION_ADMISSION_OPTIONS_H_

#include <cstddef>

#include "absl/time/time.h"

namespace clip::server {

// How much accepted work one model may hold for interactive calls. Bulk work
// has half as many items and bytes of its own, so that neither can shut the
// other out. A plain value.
struct AdmissionOptions {
  // Items accepted and not yet answered, of both lanes. Higher absorbs longer
  // bursts and lets calls wait longer; lower refuses earlier. At least 1.
  int max_queue_items = 1024;
  // Bytes of those items: the input as it came, the row that the model reads,
  // and what else their messages hold. Higher admits more large pictures at
  // once and needs that memory.
  size_t max_inflight_bytes = size_t{256} << 20;
  // A call whose estimated wait is not below it is refused at once, whatever
  // its own deadline. Waiting longer than a caller's patience only computes
  // answers that nobody reads, and a caller that is refused can go to another
  // replica; 10 s is several full batches of a large model on a small CPU and
  // still within the deadline that most callers set.
  absl::Duration max_queue_delay = absl::Seconds(10);
};

}  // namespace clip::server

#endif  // SERVER_ADMISSION_ADMISSION_OPTIONS_H_

#ifndef SERVER_PIPELINE_BATCHING_PIPELINE_OPTIONS_H_
#define SERVER_PIPELINE_BATCHING_PIPELINE_OPTIONS_H_

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "server/admission/admission_options.h"

namespace clip::server {

// Settings of the pipeline of one model. A plain value.
struct BatchingPipelineOptions {
  // Threads that decode, resize and tokenize; 0 = one for each usable core.
  // More help until the cores are used up, and take them from a model on the
  // CPU.
  int decode_threads = 0;
  // Most rows of one forward pass. Higher raises throughput up to the size
  // that fills the device, and with it memory and the wait of the others.
  int max_batch_size = 32;
  // How long a free device waits for more rows, counted from the oldest. Zero
  // never waits: batches form while the device is busy. A few milliseconds
  // fill batches better where calls come one by one and the device is fast.
  absl::Duration max_batch_delay = absl::ZeroDuration();
  // A row should be computed within this from when it was queued: batches are
  // made smaller where that helps more rows than it hurts. Zero: no target,
  // batches are as large as what waits.
  absl::Duration target_latency = absl::ZeroDuration();
  // Batches that run at the same time on each device; 0 = 1 on a CPU, which a
  // single pass uses fully, and 2 on a GPU, where the second is copied while
  // the first is computed.
  int executor_threads = 0;
  // A forward pass that takes longer than this is taken for hung; IsStuck.
  absl::Duration stuck_after = absl::Seconds(60);
  AdmissionOptions admission;
};

// INVALID_ARGUMENT for an option that makes no sense, naming it.
absl::Status Validate(const BatchingPipelineOptions& options);

}  // namespace clip::server

#endif  // SERVER_PIPELINE_BATCHING_PIPELINE_OPTIONS_H_

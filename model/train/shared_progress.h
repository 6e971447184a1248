#ifndef MODEL_TRAIN_SHARED_PROGRESS_H_
#define MODEL_TRAIN_SHARED_PROGRESS_H_

#include <cstdint>

#include "absl/status/status.h"
#include "model/train/process_group.h"
#include "model/train/train_checkpoint.h"

namespace clip::model {

// The progress of processes that train together. They are at the same step,
// but each at a place of its own in its data, because each skips its own bad
// pairs; rank 0 writes all of it into the checkpoint. Both functions are
// collective. Errors: UNAVAILABLE where a process is gone.

// Gives each process what rank 0 has read, with its own place. INVALID_ARGUMENT
// where this process's fingerprint is not rank 0's, or where the checkpoint is
// of another count of processes.
absl::Status TakeProgressOfFirst(ProcessGroup& group, TrainProgress& progress);

// Fills progress.of_ranks.
absl::Status GatherProgress(ProcessGroup& group, TrainProgress& progress);

// Bad pairs of all processes.
int64_t AllBadPairs(const TrainProgress& progress);

}  // namespace clip::model

#endif  // MODEL_TRAIN_SHARED_PROGRESS_H_

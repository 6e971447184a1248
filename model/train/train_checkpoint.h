#ifndef MODEL_TRAIN_TRAIN_CHECKPOINT_H_
#define MODEL_TRAIN_TRAIN_CHECKPOINT_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "model/checkpoint/atomic_file.h"
#include "model/train/trainer.h"

namespace clip::model {

// Where in its data a run is.
struct TrainProgress {
  int64_t epoch = 0;
  // Steps done in the epoch.
  int64_t step_in_epoch = 0;
  // Pairs taken in the epoch, bad ones included, and those that were bad.
  int64_t position = 0;
  int64_t bad_pairs = 0;
  // Of everything that must stay the same for the run to go on as it would
  // have (see FinetuneOptions), as a number.
  int64_t fingerprint = 0;
  // position and bad_pairs of each process by rank; empty for one process.
  std::vector<int64_t> of_ranks;
};

// Writes trainer and progress to one file, which replaces an older one at once
// (see AtomicFile): a run that goes on from it does, bit for bit, what it
// would have done. Errors: as WriteSafetensors.
absl::Status SaveTrainCheckpoint(const std::string& path,
                                 const Trainer& trainer,
                                 const TrainProgress& progress,
                                 AtomicFile::Hook hook = nullptr);

// Puts such a file's content into a trainer. Errors, naming the file:
// NOT_FOUND; INVALID_ARGUMENT for a file that is malformed or of another
// model; the trainer is then to be thrown away.
absl::StatusOr<TrainProgress> LoadTrainCheckpoint(const std::string& path,
                                                  Trainer& trainer);

// Writes a model's weights and buffers under their own names, as
// open_clip_model.safetensors holds them.
absl::Status SaveWeights(const std::string& path,
                         const torch::nn::Module& model,
                         AtomicFile::Hook hook = nullptr);

}  // namespace clip::model

#endif  // MODEL_TRAIN_TRAIN_CHECKPOINT_H_

#ifndef MODEL_TRAIN_CLI_TORCHRUN_ENVIRONMENT_H_
#define MODEL_TRAIN_CLI_TORCHRUN_ENVIRONMENT_H_

#include <functional>

#include "absl/status/statusor.h"
#include "model/train/process_group_options.h"

namespace clip::model {

// The value of a variable; null where it is not set.
using GetEnvironment = std::function<const char*(const char* name)>;

// Rank 0's listening socket, where --nproc started it.
constexpr char kListenFdVariable[] = "CLIP_FINETUNE_LISTEN_FD";

// Which process this is by what torchrun and open_clip set: RANK, WORLD_SIZE,
// LOCAL_RANK, MASTER_ADDR, MASTER_PORT and TORCHELASTIC_USE_AGENT_STORE. One
// process where WORLD_SIZE is 1 or not set.
//
// INVALID_ARGUMENT, naming the variable, where one is missing or no number of
// its range.
absl::StatusOr<ProcessGroupOptions> ReadTorchrunEnvironment(
    const GetEnvironment& get);

}  // namespace clip::model

#endif  // MODEL_TRAIN_CLI_TORCHRUN_ENVIRONMENT_H_

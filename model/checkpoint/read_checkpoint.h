#ifndef MODEL_CHECKPOINT_READ_CHECKPOINT_H_
#define MODEL_CHECKPOINT_READ_CHECKPOINT_H_

#include <string>

#include "absl/status/statusor.h"
#include "model/checkpoint/state_dict.h"

namespace clip::model {

struct ReadCheckpointOptions {
  // True: the moving average of a training checkpoint (`state_dict_ema`).
  bool use_ema = false;
};

// A checkpoint file's tensors.
struct Checkpoint {
  StateDict state_dict;
  // True where OpenAI's own code saved it: a TorchScript archive, or a state
  // dict with the three tensors below.
  bool is_openai = false;
};

// Reads a file of weights, whatever its format: .safetensors, the index of a
// sharded one, or what torch.save or torch.jit.save wrote (see
// ReadTorchArchive). Which one it is, its first bytes say, not its name. As
// open_clip does, drops the prefix `module.` of data-parallel training, and
// OpenAI's input_resolution, context_length and vocab_size.
//
// Keeps the file mapped (see MappedFile); drop the result once its tensors are
// copied.
//
// Errors name what is wrong, not the file: NOT_FOUND; INVALID_ARGUMENT for a
// file that breaks a rule of its format or is in an unknown one.
absl::StatusOr<Checkpoint> ReadCheckpoint(const std::string& path,
                                          const ReadCheckpointOptions& options);

}  // namespace clip::model

#endif  // MODEL_CHECKPOINT_READ_CHECKPOINT_H_

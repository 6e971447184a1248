#ifndef MODEL_CHECKPOINT_FIND_CHECKPOINT_H_
#define MODEL_CHECKPOINT_FIND_CHECKPOINT_H_

#include <string>

#include "absl/status/statusor.h"

namespace clip::model {

// The weights of a hub folder, by open_clip's rule for `local-dir:`: the first
// of the usual names, open_clip's own in front of Hugging Face's, safetensors
// in front of pickles; else the first safetensors file by name, else the first
// .bin, .pt or .pth. The index of a sharded checkpoint counts as one file, and
// a shard as none.
//
// Errors: NOT_FOUND where there is none; INVALID_ARGUMENT where there is only
// a sharded pickle, which is not supported.
absl::StatusOr<std::string> FindCheckpoint(const std::string& directory);

}  // namespace clip::model

#endif  // MODEL_CHECKPOINT_FIND_CHECKPOINT_H_

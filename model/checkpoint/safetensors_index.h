#ifndef MODEL_CHECKPOINT_SAFETENSORS_INDEX_H_
#define MODEL_CHECKPOINT_SAFETENSORS_INDEX_H_

#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "model/checkpoint/state_dict.h"

namespace clip::model {

// How the name of a sharded checkpoint's index ends.
inline constexpr absl::string_view kSafetensorsIndexSuffix =
    ".safetensors.index.json";

// Which file each tensor is in.
using SafetensorsIndex = std::map<std::string, std::string, std::less<>>;

// Parses {"metadata": ..., "weight_map": {tensor: file}} as hostile input: each
// file is the plain name of a .safetensors file, without a folder. Errors:
// INVALID_ARGUMENT, naming the tensor where there is one.
absl::StatusOr<SafetensorsIndex> ParseSafetensorsIndex(std::string_view json);

// Reads an index and the files beside it that it names. Each file must hold
// exactly the tensors that the index says. The checkpoint's hash is that of the
// index's bytes and of the files' hashes, in the order of their names.
//
// Errors: NOT_FOUND, INVALID_ARGUMENT; those of a shard name it.
absl::StatusOr<StateDict> ReadShardedSafetensors(const std::string& path);

}  // namespace clip::model

#endif  // MODEL_CHECKPOINT_SAFETENSORS_INDEX_H_

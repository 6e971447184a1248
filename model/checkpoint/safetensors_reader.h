#ifndef MODEL_CHECKPOINT_SAFETENSORS_READER_H_
#define MODEL_CHECKPOINT_SAFETENSORS_READER_H_

#include <cstddef>
#include <string>

#include "absl/status/statusor.h"
#include "model/checkpoint/state_dict.h"

namespace clip::model {

// Longest header that is read. A CLIP of 1,000 tensors needs 0.1 MB; the
// format's own limit of 100 MB would let a file cost a gigabyte to parse.
inline constexpr size_t kMaxSafetensorsHeaderBytes = size_t{16} << 20;

// Maps and validates a .safetensors file and computes its SHA-256. The result
// keeps the file mapped (see MappedFile); drop it once its tensors are copied.
//
// Errors name what is wrong, not the file: NOT_FOUND; INVALID_ARGUMENT for a
// file that breaks any rule of the format (see ParseSafetensorsHeader).
absl::StatusOr<StateDict> ReadSafetensors(const std::string& path);

}  // namespace clip::model

#endif  // MODEL_CHECKPOINT_SAFETENSORS_READER_H_

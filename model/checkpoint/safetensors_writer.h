#ifndef MODEL_CHECKPOINT_SAFETENSORS_WRITER_H_
#define MODEL_CHECKPOINT_SAFETENSORS_WRITER_H_

#include <string>

#include "absl/status/status.h"
#include "model/checkpoint/atomic_file.h"
#include "model/checkpoint/state_dict.h"

namespace clip::model {

// Writes a .safetensors file as the format's own library does: wider types
// first, then by name, so that all data is aligned, with the metadata
// {"format": "pt"} that transformers asks for. The file replaces an older one
// as AtomicFile does; `hook` is handed to it.
//
// The header is read back by ParseSafetensorsHeader before anything is
// written. Errors: INVALID_ARGUMENT where that refuses it, for example for
// bytes that do not fit a shape; as AtomicFile, naming the file.
absl::Status WriteSafetensors(const std::string& path,
                              const StateDict::Tensors& tensors,
                              AtomicFile::Hook hook = nullptr);

}  // namespace clip::model

#endif  // MODEL_CHECKPOINT_SAFETENSORS_WRITER_H_

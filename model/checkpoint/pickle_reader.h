#ifndef MODEL_CHECKPOINT_PICKLE_READER_H_
#define MODEL_CHECKPOINT_PICKLE_READER_H_

#include <cstddef>
#include <cstdint>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "model/checkpoint/pickle_value.h"

namespace clip::model {

struct PickleOptions {
  // Longest pickle that is read. That of a CLIP of 1,000 tensors has 0.1 MB,
  // with its optimizer 0.5 MB.
  size_t max_bytes = size_t{8} << 20;
  // Most values, memo entries, and values on the stack. Together with
  // max_bytes it bounds memory, at about 200 MB.
  size_t max_values = size_t{1} << 19;
  // True: classes named __torch__.* are modules, as in a TorchScript archive.
  bool allow_modules = false;
};

// Reads a pickle of tensors, dicts, lists, tuples, strings and numbers, as
// torch.save and torch.jit.save write it, and executes nothing: the opcodes
// that such a pickle needs are interpreted here, and the few names that it may
// import (see PickleGlobal) stand for fixed code. Every tensor is checked
// against the size that its storage claims (see RebuildTensor).
//
// Borrows the bytes. Errors: INVALID_ARGUMENT for an import that is not
// allowed, by name, and for anything else that is not such a pickle; with the
// key of the dict that was being read where there is one.
absl::StatusOr<PickleDocument> ReadPickle(absl::Span<const uint8_t> pickle,
                                          const PickleOptions& options);

}  // namespace clip::model

#endif  // MODEL_CHECKPOINT_PICKLE_READER_H_

#ifndef MODEL_CHECKPOINT_TORCH_ARCHIVE_READER_H_
#define MODEL_CHECKPOINT_TORCH_ARCHIVE_READER_H_

#include <memory>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "model/checkpoint/mapped_file.h"
#include "model/checkpoint/state_dict.h"

namespace clip::model {

struct TorchArchiveOptions {
  // True: the moving average of a training checkpoint, its `state_dict_ema`,
  // in place of its `state_dict`.
  bool use_ema = false;
};

// What a torch archive holds.
struct TorchArchive {
  StateDict state_dict;
  // True for a TorchScript archive, which is what OpenAI published.
  bool is_torch_script = false;
};

// Reads the tensors of a zip file that torch.save or torch.jit.save wrote:
// a state dict, a training checkpoint with one below `state_dict`, or a
// TorchScript module, whose attributes' names are joined as its state_dict()
// does. No code of the file runs (see ReadPickle).
//
// Contiguous tensors stay where they are in the file, also where several share
// a storage; others are copied, together at most as many bytes as the file
// has. Computes the file's SHA-256.
//
// Errors: INVALID_ARGUMENT, naming the key where there is one, for a file that
// breaks a rule of ZipArchive or ReadPickle, a storage that is not there or
// not of the size that it claims, and a value that is no tensor.
absl::StatusOr<TorchArchive> ReadTorchArchive(
    std::shared_ptr<const MappedFile> file, const TorchArchiveOptions& options);

}  // namespace clip::model

#endif  // MODEL_CHECKPOINT_TORCH_ARCHIVE_READER_H_

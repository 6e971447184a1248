#include "model/checkpoint/read_checkpoint.h"

#include <memory>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/string_view.h"
#include "model/base/status_macros.h"
#include "model/checkpoint/mapped_file.h"
#include "model/checkpoint/safetensors_index.h"
#include "model/checkpoint/safetensors_reader.h"
#include "model/checkpoint/torch_archive_reader.h"
#include "model/checkpoint/zip_archive.h"

namespace clip::model {
namespace {

constexpr absl::string_view kOpenAiKeys[] = {"input_resolution",
                                             "context_length", "vocab_size"};

// A pickle that is no zip file begins so, at any protocol since 2.
bool IsBarePickle(absl::Span<const uint8_t> bytes) {
  constexpr uint8_t kProto = 0x80;
  return bytes.size() > 1 && bytes[0] == kProto && bytes[1] <= 5;
}

absl::StatusOr<Checkpoint> ReadAnyFormat(const std::string& path,
                                         const ReadCheckpointOptions& options) {
  CLIP_ASSIGN_OR_RETURN(std::shared_ptr<const MappedFile> file,
                        MappedFile::Open(path));
  if (ZipArchive::HasMagic(file->bytes())) {
    TorchArchiveOptions archive_options;
    archive_options.use_ema = options.use_ema;
    CLIP_ASSIGN_OR_RETURN(TorchArchive archive,
                          ReadTorchArchive(std::move(file), archive_options));
    return Checkpoint{std::move(archive.state_dict), archive.is_torch_script};
  }
  if (IsBarePickle(file->bytes())) {
    return absl::InvalidArgumentError(
        "is in the format that torch.save wrote before PyTorch 1.6, which is "
        "not supported; load it in PyTorch and save it again");
  }
  if (options.use_ema) {
    return absl::InvalidArgumentError(
        "holds no state_dict_ema: it is no training checkpoint");
  }
  file.reset();
  CLIP_ASSIGN_OR_RETURN(StateDict state_dict, ReadSafetensors(path));
  return Checkpoint{std::move(state_dict), false};
}

// DistributedDataParallel puts its prefix in front of every key.
StateDict WithoutModulePrefix(StateDict state_dict) {
  constexpr absl::string_view kPrefix = "module.";
  if (state_dict.tensors().empty()) return state_dict;
  StateDict::Tensors tensors;
  for (const auto& [name, view] : state_dict.tensors()) {
    if (!absl::StartsWith(name, kPrefix)) return state_dict;
    tensors.emplace(name.substr(kPrefix.size()), view);
  }
  return state_dict.WithTensors(std::move(tensors));
}

Checkpoint WithoutOpenAiKeys(Checkpoint checkpoint) {
  StateDict::Tensors tensors = checkpoint.state_dict.tensors();
  size_t found = 0;
  for (const absl::string_view key : kOpenAiKeys) {
    found += tensors.erase(std::string(key));
  }
  if (found == 0) return checkpoint;
  return {checkpoint.state_dict.WithTensors(std::move(tensors)), true};
}

}  // namespace

absl::StatusOr<Checkpoint> ReadCheckpoint(
    const std::string& path, const ReadCheckpointOptions& options) {
  if (absl::EndsWith(path, kSafetensorsIndexSuffix)) {
    CLIP_ASSIGN_OR_RETURN(StateDict state_dict, ReadShardedSafetensors(path));
    return Checkpoint{WithoutModulePrefix(std::move(state_dict)), false};
  }
  CLIP_ASSIGN_OR_RETURN(Checkpoint checkpoint, ReadAnyFormat(path, options));
  checkpoint.state_dict = WithoutModulePrefix(std::move(checkpoint.state_dict));
  return WithoutOpenAiKeys(std::move(checkpoint));
}

}  // namespace clip::model

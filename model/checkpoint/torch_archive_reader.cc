#include "model/checkpoint/torch_archive_reader.h"

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "model/base/status_macros.h"
#include "model/checkpoint/contiguous_copy.h"
#include "model/checkpoint/pickle_reader.h"
#include "model/checkpoint/pickled_state_dict.h"
#include "model/checkpoint/sha256.h"
#include "model/checkpoint/zip_archive.h"

namespace clip::model {
namespace {

absl::string_view View(absl::Span<const uint8_t> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

absl::Status CheckByteOrder(const ZipArchive& archive,
                            const std::string& root) {
  const std::string name = root + "byteorder";
  // Older archives have no such entry and are little-endian.
  if (!archive.Contains(name)) return absl::OkStatus();
  CLIP_ASSIGN_OR_RETURN(const auto order, archive.Read(name));
  if (View(order) == "little") return absl::OkStatus();
  return absl::InvalidArgumentError("is not stored in little-endian order");
}

// Turns descriptions of tensors into views of the archive.
class TensorLoader {
 public:
  TensorLoader(const ZipArchive& archive, std::string root,
               uint64_t copy_budget)
      : archive_(archive), root_(std::move(root)), copy_budget_(copy_budget) {}

  absl::StatusOr<TensorView> Load(const PickledTensor& tensor) {
    CLIP_ASSIGN_OR_RETURN(const auto storage, FindStorage(tensor));
    const size_t element_size = SizeOf(tensor.dtype);
    uint64_t count = 1;
    for (const int64_t length : tensor.shape) {
      count *= static_cast<uint64_t>(length);
    }
    const auto bytes = storage.subspan(tensor.offset * element_size);
    const uint64_t size = count * element_size;
    if (IsContiguous(tensor.shape, tensor.stride)) {
      return TensorView{tensor.dtype, tensor.shape, bytes.first(size)};
    }
    // No file of ours comes near; a hostile one views one storage many times.
    if (size > copy_budget_) {
      return absl::InvalidArgumentError(
          "has more bytes in strided tensors than in the whole file");
    }
    copy_budget_ -= size;
    return OwningView(
        tensor.dtype, tensor.shape,
        ContiguousCopy(bytes, element_size, tensor.shape, tensor.stride));
  }

 private:
  absl::StatusOr<absl::Span<const uint8_t>> FindStorage(
      const PickledTensor& tensor) const {
    const std::string name =
        absl::StrCat(root_, "data/",
                     absl::string_view(tensor.storage_key.data(),
                                       tensor.storage_key.size()));
    const auto storage = archive_.Read(name);
    if (!storage.ok()) {
      return absl::InvalidArgumentError(storage.status().message());
    }
    const size_t element_size = SizeOf(tensor.dtype);
    if (storage->size() % element_size != 0 ||
        storage->size() / element_size != tensor.storage_size) {
      return absl::InvalidArgumentError(absl::StrCat(
          "claims a storage of ", tensor.storage_size, " elements of ",
          element_size, " bytes; ", name, " has ", storage->size(), " bytes"));
    }
    return *storage;
  }

  const ZipArchive& archive_;
  const std::string root_;
  uint64_t copy_budget_;
};

absl::StatusOr<PickledTensors> ReadDescriptions(
    const ZipArchive& archive, const std::string& root, bool is_torch_script,
    const TorchArchiveOptions& options) {
  CLIP_ASSIGN_OR_RETURN(const auto pickle, archive.Read(root + "data.pkl"));
  PickleOptions pickle_options;
  pickle_options.allow_modules = is_torch_script;
  CLIP_ASSIGN_OR_RETURN(const PickleDocument document,
                        ReadPickle(pickle, pickle_options));
  if (!is_torch_script) return FindStateDict(document, options.use_ema);
  if (!options.use_ema) return FindModuleTensors(document);
  return absl::InvalidArgumentError("a TorchScript archive has no EMA weights");
}

}  // namespace

absl::StatusOr<TorchArchive> ReadTorchArchive(
    std::shared_ptr<const MappedFile> file,
    const TorchArchiveOptions& options) {
  const absl::Span<const uint8_t> bytes = file->bytes();
  CLIP_ASSIGN_OR_RETURN(const ZipArchive archive, ZipArchive::Parse(bytes));
  CLIP_ASSIGN_OR_RETURN(const std::string root, archive.Root());
  CLIP_RETURN_IF_ERROR(CheckByteOrder(archive, root));
  // torch.jit.save alone writes constants.
  const bool is_torch_script = archive.Contains(root + "constants.pkl");
  CLIP_ASSIGN_OR_RETURN(
      const PickledTensors descriptions,
      ReadDescriptions(archive, root, is_torch_script, options));
  TensorLoader loader(archive, root, bytes.size());
  StateDict::Tensors tensors;
  for (const auto& [name, description] : descriptions) {
    absl::StatusOr<TensorView> view = loader.Load(*description);
    if (!view.ok()) {
      return absl::InvalidArgumentError(
          absl::StrCat("key ", name, ": ", view.status().message()));
    }
    tensors.emplace(name, *std::move(view));
  }
  std::string sha256 = Sha256(bytes);
  return TorchArchive{
      StateDict(std::move(tensors), std::move(file), std::move(sha256)),
      is_torch_script};
}

}  // namespace clip::model

#include "model/checkpoint/safetensors_reader.h"

#include <cstdint>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "model/base/status_macros.h"
#include "model/checkpoint/mapped_file.h"
#include "model/checkpoint/safetensors_header.h"
#include "model/checkpoint/sha256.h"

namespace clip::model {
namespace {

// The file begins with the header's length, a little-endian 64-bit integer.
constexpr size_t kLengthBytes = 8;

absl::StatusOr<uint64_t> ReadHeaderLength(absl::Span<const uint8_t> file) {
  if (file.size() < kLengthBytes) {
    return absl::InvalidArgumentError("is too short for safetensors");
  }
  uint64_t length = 0;
  for (size_t i = kLengthBytes; i > 0; --i) length = length << 8 | file[i - 1];
  if (length > kMaxSafetensorsHeaderBytes) {
    return absl::InvalidArgumentError(
        absl::StrCat("claims a header of ", length, " bytes; the limit is ",
                     kMaxSafetensorsHeaderBytes));
  }
  if (length > file.size() - kLengthBytes) {
    return absl::InvalidArgumentError("ends within its header");
  }
  return length;
}

}  // namespace

absl::StatusOr<StateDict> ReadSafetensors(const std::string& path) {
  CLIP_ASSIGN_OR_RETURN(std::shared_ptr<MappedFile> file,
                        MappedFile::Open(path));
  const absl::Span<const uint8_t> bytes = file->bytes();
  CLIP_ASSIGN_OR_RETURN(const uint64_t header_length, ReadHeaderLength(bytes));
  const std::string_view header(
      reinterpret_cast<const char*>(bytes.data()) + kLengthBytes,
      header_length);
  const auto data = bytes.subspan(kLengthBytes + header_length);
  CLIP_ASSIGN_OR_RETURN(std::vector<SafetensorsEntry> entries,
                        ParseSafetensorsHeader(header, data.size()));
  StateDict::Tensors tensors;
  for (SafetensorsEntry& entry : entries) {
    tensors[std::move(entry.name)] = {
        entry.dtype, std::move(entry.shape),
        data.subspan(entry.begin, entry.end - entry.begin)};
  }
  std::string sha256 = Sha256(bytes);
  return StateDict(std::move(tensors), std::move(file), std::move(sha256));
}

}  // namespace clip::model

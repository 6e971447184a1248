#include "model/tokenizer/tokenizer_files.h"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <ios>
#include <system_error>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "model/base/status_macros.h"

namespace clip::model {
namespace {

namespace fs = std::filesystem;

struct KnownFile {
  const char* name;
  bool is_vocabulary;
  size_t max_bytes;
};

constexpr size_t kMiB = size_t{1} << 20;
constexpr KnownFile kKnownFiles[] = {
    {"tokenizer.json", true, 128 * kMiB},
    {"spiece.model", true, 64 * kMiB},
    {"sentencepiece.bpe.model", true, 64 * kMiB},
    {"tokenizer.model", true, 64 * kMiB},
    {"vocab.txt", true, 64 * kMiB},
    {"vocab.json", true, 64 * kMiB},
    {"merges.txt", false, 64 * kMiB},
    {"tokenizer_config.json", false, 16 * kMiB},
    {"special_tokens_map.json", false, 4 * kMiB},
    {"added_tokens.json", false, 4 * kMiB},
    {"config.json", false, 4 * kMiB},
};

absl::Status InFile(const fs::path& path, const char* problem) {
  return absl::InvalidArgumentError(absl::StrCat(path.string(), ": ", problem));
}

absl::StatusOr<std::string> ReadFile(const fs::path& path, size_t max_bytes) {
  std::error_code error;
  const uintmax_t size = fs::file_size(path, error);
  if (error) return InFile(path, "cannot be read");
  if (size > max_bytes) return InFile(path, "is too large for its kind");
  std::string bytes(static_cast<size_t>(size), '\0');
  std::ifstream file(path, std::ios::binary);
  if (!file.read(bytes.data(), static_cast<std::streamsize>(bytes.size()))) {
    return InFile(path, "cannot be read");
  }
  return bytes;
}

}  // namespace

absl::StatusOr<TokenizerFiles> ReadTokenizerFiles(
    const std::string& directory) {
  TokenizerFiles files;
  bool has_vocabulary = false;
  for (const KnownFile& known : kKnownFiles) {
    const fs::path path = fs::path(directory) / known.name;
    std::error_code error;
    if (!fs::is_regular_file(path, error)) continue;
    CLIP_ASSIGN_OR_RETURN(files[known.name], ReadFile(path, known.max_bytes));
    has_vocabulary = has_vocabulary || known.is_vocabulary;
  }
  if (has_vocabulary) return files;
  return absl::NotFoundError(absl::StrCat(
      directory,
      ": there is no tokenizer; put its files there, as save_pretrained "
      "writes them (tokenizer.json, tokenizer_config.json)"));
}

}  // namespace clip::model

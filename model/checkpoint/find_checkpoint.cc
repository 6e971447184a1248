#include "model/checkpoint/find_checkpoint.h"

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "model/checkpoint/safetensors_index.h"

namespace clip::model {
namespace {

namespace fs = std::filesystem;

constexpr const char* kPreferred[] = {
    "open_clip_model.safetensors",
    "open_clip_model.safetensors.index.json",
    "open_clip_pytorch_model.safetensors",
    "open_clip_pytorch_model.safetensors.index.json",
    "open_clip_pytorch_model.bin",
    "open_clip_pytorch_model.pth",
    "model.safetensors",
    "model.safetensors.index.json",
    "pytorch_model.bin",
    "pytorch_model.pth",
    "model.pth",
};

// Drops "-" and five digits from the end of a name.
bool ConsumeShardNumber(absl::string_view* name) {
  constexpr size_t kSize = 6;
  if (name->size() < kSize) return false;
  const absl::string_view end = name->substr(name->size() - kSize);
  name->remove_suffix(kSize);
  return end[0] == '-' &&
         std::all_of(end.begin() + 1, end.end(), absl::ascii_isdigit);
}

// model-00001-of-00002.safetensors
bool IsShard(absl::string_view name) {
  name = name.substr(0, name.rfind('.'));
  return ConsumeShardNumber(&name) && absl::ConsumeSuffix(&name, "-of") &&
         ConsumeShardNumber(&name);
}

bool IsSafetensors(const std::string& name) {
  return absl::EndsWith(name, ".safetensors") ||
         absl::EndsWith(name, kSafetensorsIndexSuffix);
}

bool IsPickle(const std::string& name) {
  return absl::EndsWith(name, ".bin") || absl::EndsWith(name, ".pt") ||
         absl::EndsWith(name, ".pth");
}

// Files that may be weights: safetensors first, then by name.
std::vector<std::string> Candidates(const fs::path& directory) {
  std::vector<std::string> names;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(directory, error)) {
    const std::string name = entry.path().filename();
    if (name[0] == '.' || IsShard(name)) continue;
    if (IsSafetensors(name) || IsPickle(name)) names.push_back(name);
  }
  std::sort(names.begin(), names.end());
  std::stable_partition(names.begin(), names.end(), IsSafetensors);
  return names;
}

}  // namespace

absl::StatusOr<std::string> FindCheckpoint(const std::string& directory) {
  const fs::path folder(directory);
  std::error_code error;
  for (const char* name : kPreferred) {
    if (fs::exists(folder / name, error)) return (folder / name).string();
  }
  const std::vector<std::string> names = Candidates(folder);
  if (!names.empty()) return (folder / names[0]).string();
  const fs::path sharded = folder / "pytorch_model.bin.index.json";
  if (fs::exists(sharded, error)) {
    return absl::InvalidArgumentError(absl::StrCat(
        sharded.string(),
        ": sharded pickles are not supported; save .safetensors instead"));
  }
  return absl::NotFoundError(
      absl::StrCat((folder / kPreferred[0]).string(),
                   ": there is no such file, nor other weights beside it"));
}

}  // namespace clip::model

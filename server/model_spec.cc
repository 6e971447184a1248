#include "server/model_spec.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_join.h"

namespace clip::server {
namespace {

namespace fs = std::filesystem;

bool IsFolder(const fs::path& path) {
  std::error_code error;
  return fs::is_directory(path, error);
}

bool IsFile(const fs::path& path) {
  std::error_code error;
  return fs::is_regular_file(path, error);
}

// The names of the folders in a folder, sorted.
std::vector<std::string> FoldersIn(const fs::path& directory) {
  std::vector<std::string> names;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(directory, error)) {
    if (IsFolder(entry.path())) names.push_back(entry.path().filename());
  }
  std::sort(names.begin(), names.end());
  return names;
}

ModelSpec SpecOfPath(const std::string& directory) {
  // "models/small/" and "models/small/." are both named "small".
  fs::path path = fs::absolute(directory).lexically_normal();
  if (!path.has_filename()) path = path.parent_path();
  // "models/ViT-B-32.pt" is named "ViT-B-32".
  if (IsFile(path)) return {path.stem(), directory};
  return {path.filename(), directory};
}

absl::StatusOr<ModelSpec> FindBuiltin(const std::string& name,
                                      const std::string& builtin_directory) {
  const fs::path directory = fs::path(builtin_directory) / name;
  if (IsFolder(directory)) return ModelSpec{name, directory};
  const std::vector<std::string> names = FoldersIn(builtin_directory);
  return absl::NotFoundError(fmt::format(
      "--model {}: neither a folder nor a built-in model ({} has {})", name,
      builtin_directory, names.empty() ? "none" : absl::StrJoin(names, ", ")));
}

}  // namespace

absl::StatusOr<ModelSpec> ParseModelSpec(const std::string& value,
                                         const std::string& builtin_directory) {
  const size_t equals = value.find('=');
  const std::string name = value.substr(0, equals);
  // A folder's own name may hold an equals sign; a model's holds no slash.
  if (equals != std::string::npos && !absl::StrContains(name, '/')) {
    const std::string directory = value.substr(equals + 1);
    if (name.empty() || directory.empty()) {
      return absl::InvalidArgumentError(
          fmt::format("--model {}: NAME=DIR needs both parts", value));
    }
    return ModelSpec{name, directory};
  }
  if (value.empty()) {
    return absl::InvalidArgumentError("--model: the value is empty");
  }
  if (absl::StrContains(value, '/') || IsFolder(value) || IsFile(value)) {
    return SpecOfPath(value);
  }
  return FindBuiltin(value, builtin_directory);
}

std::string FindBuiltinDirectory() {
  std::error_code error;
  const fs::path program = fs::read_symlink("/proc/self/exe", error);
  const fs::path installed = program.parent_path().parent_path() / "share" /
                             "clip-serving" / "model" / "builtin";
  if (!error && IsFolder(installed)) return installed;
  return CLIP_BUILTIN_SOURCE_DIR;
}

}  // namespace clip::server

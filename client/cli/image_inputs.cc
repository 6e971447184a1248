#include "client/cli/image_inputs.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <filesystem>
#include <memory>
#include <string_view>
#include <system_error>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "client/cli/lines.h"
#include "client/cli/read_bounded.h"

namespace clip::client {
namespace {

namespace fs = std::filesystem;

constexpr char kStandardInput[] = "-";

bool HasPictureExtension(const fs::path& path) {
  static constexpr std::array<std::string_view, 5> kExtensions = {
      ".jpg", ".jpeg", ".png", ".webp", ".bmp"};
  const std::string extension =
      absl::AsciiStrToLower(path.extension().string());
  return std::find(kExtensions.begin(), kExtensions.end(), extension) !=
         kExtensions.end();
}

bool IsFolder(const fs::path& path) {
  std::error_code error;
  return fs::is_directory(path, error);
}

bool IsHidden(const fs::path& path) {
  return absl::StartsWith(path.filename().string(), ".");
}

// Symbolic links to folders are not followed: they may lead in a circle.
std::vector<std::string> PicturesBelow(const std::string& folder) {
  std::vector<std::string> paths;
  std::error_code error;
  fs::recursive_directory_iterator entry(folder, error);
  while (!error && entry != fs::end(entry)) {
    if (IsHidden(entry->path())) {
      entry.disable_recursion_pending();
    } else if (HasPictureExtension(entry->path()) && !IsFolder(entry->path())) {
      paths.push_back(entry->path().string());
    }
    entry.increment(error);
  }
  std::sort(paths.begin(), paths.end());
  // A folder that cannot be read, or holds no picture, becomes an input that
  // fails by its own name instead of silence.
  if (error || paths.empty()) paths.push_back(folder);
  return paths;
}

}  // namespace

absl::StatusOr<std::string> LoadPicture(const std::string& path,
                                        std::istream& in, size_t max_bytes) {
  if (path == kStandardInput) return ReadStreamBounded(in, max_bytes);
  if (IsFolder(path)) {
    return absl::NotFoundError(
        "the folder cannot be searched, or holds no .jpg, .jpeg, .png, .webp "
        "or .bmp file");
  }
  return ReadFileBounded(path, max_bytes);
}

std::vector<std::string> PicturesOf(const std::string& name) {
  if (!IsFolder(name)) return {name};
  return PicturesBelow(name);
}

void ImageInputs::AddTo(CLI::App& app) {
  app.add_option("IMAGE", arguments,
                 "picture files, folders of them, or - for the bytes of one "
                 "picture on standard input");
  app.add_option("--files-from", files_from,
                 "also take the paths in this file, one a line; - reads them "
                 "from standard input")
      ->type_name("FILE");
}

bool ImageInputs::UsesStandardInput() const {
  return files_from == kStandardInput ||
         std::find(arguments.begin(), arguments.end(), kStandardInput) !=
             arguments.end();
}

absl::StatusOr<Inputs> ImageInputs::Collect(std::istream& in,
                                            size_t max_bytes) const {
  std::vector<std::string> named = arguments;
  if (!files_from.empty()) {
    const absl::StatusOr<std::vector<std::string>> lines =
        ReadLines(files_from, in);
    if (!lines.ok()) return lines.status();
    named.insert(named.end(), lines->begin(), lines->end());
  }
  const auto stdin_uses =
      std::count(named.begin(), named.end(), kStandardInput) +
      (files_from == kStandardInput ? 1 : 0);
  if (stdin_uses > 1) {
    return absl::InvalidArgumentError("standard input is named twice");
  }
  Inputs inputs;
  for (const std::string& name : named) {
    for (std::string& path : PicturesOf(name)) {
      inputs.names.push_back(std::move(path));
    }
  }
  if (inputs.names.empty())
    return absl::InvalidArgumentError("no picture given");
  inputs.load = [names = inputs.names, &in, max_bytes](size_t index) {
    return LoadPicture(names[index], in, max_bytes);
  };
  return inputs;
}

}  // namespace clip::client

#include "client/cli/golden_answers.h"

#include <fmt/format.h>

#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <utility>

#include "client/cli/npy_reader.h"
#include "client/cli/read_bounded.h"

namespace clip::client {
namespace {

constexpr size_t kMaxGoldenBytes = size_t{1} << 30;

// "a/./b" and "a/b" are one path.
std::string SamePath(const std::string& path) {
  return std::filesystem::path(path).lexically_normal().string();
}

absl::StatusOr<std::vector<std::string>> ReadNames(const std::string& path) {
  const auto text = ReadFileBounded(path, kMaxGoldenBytes);
  if (!text.ok()) return text.status();
  const auto json = nlohmann::json::parse(*text, nullptr, false);
  if (!json.is_object() || !json.contains("names") ||
      !json["names"].is_array()) {
    return absl::InvalidArgumentError(
        fmt::format("{} has no list of \"names\"", path));
  }
  std::vector<std::string> names;
  for (const auto& name : json["names"]) {
    if (!name.is_string()) {
      return absl::InvalidArgumentError(
          fmt::format("{} has a name that is no string", path));
    }
    names.push_back(name.get<std::string>());
  }
  return names;
}

using Rows = std::vector<std::vector<float>>;

// By name.
absl::StatusOr<std::map<std::string, const std::vector<float>*>> ByName(
    const std::string& path, const Rows& rows, bool are_paths) {
  const auto names = ReadNames(path + ".json");
  if (!names.ok()) return names.status();
  if (names->size() != rows.size()) {
    return absl::InvalidArgumentError(
        fmt::format("{} has {} rows, and {}.json {} names", path, rows.size(),
                    path, names->size()));
  }
  std::map<std::string, const std::vector<float>*> by_name;
  for (size_t i = 0; i < rows.size(); ++i) {
    by_name[are_paths ? SamePath((*names)[i]) : (*names)[i]] = &rows[i];
  }
  return by_name;
}

}  // namespace

absl::Status AddGoldenAnswers(const std::string& path,
                              const PlannedCorpus& corpus,
                              std::vector<KnownAnswer>& known) {
  const auto file = ReadFileBounded(path, kMaxGoldenBytes);
  if (!file.ok()) return file.status();
  const absl::StatusOr<Rows> rows = ReadFloatRows(*file);
  if (!rows.ok()) {
    return absl::InvalidArgumentError(
        fmt::format("{}: {}", path, std::string(rows.status().message())));
  }
  const size_t known_before = known.size();
  for (const bool is_picture : {true, false}) {
    const auto by_name = ByName(path, *rows, is_picture);
    if (!by_name.ok()) return by_name.status();
    const std::vector<std::string>& names =
        is_picture ? corpus.picture_names : corpus.text_names;
    for (size_t id = 0; id < names.size(); ++id) {
      const auto found =
          by_name->find(is_picture ? SamePath(names[id]) : names[id]);
      if (found == by_name->end()) continue;
      known.push_back(
          {is_picture ? load::CallKind::kImage : load::CallKind::kText, id,
           *found->second});
    }
  }
  if (known.size() > known_before) return absl::OkStatus();
  return absl::InvalidArgumentError(fmt::format(
      "{} names no picture of --pictures and no text of --texts-from", path));
}

}  // namespace clip::client

#include "client/cli/lines.h"

#include <fmt/format.h>

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <system_error>
#include <utility>

namespace clip::client {
namespace {

std::vector<std::string> LinesOf(std::istream& stream) {
  std::vector<std::string> lines;
  std::string line;
  while (std::getline(stream, line)) {
    if (!line.empty() && line.back() == '\r') line.pop_back();
    if (!line.empty()) lines.push_back(std::move(line));
  }
  return lines;
}

}  // namespace

absl::StatusOr<std::vector<std::string>> ReadLines(const std::string& path,
                                                   std::istream& in) {
  if (path == "-") return LinesOf(in);
  std::error_code why;
  if (std::filesystem::is_directory(path, why)) {
    why = std::make_error_code(std::errc::is_a_directory);
  } else {
    why.clear();
  }
  errno = 0;
  std::ifstream file(path, std::ios::binary);
  if (!file.is_open()) why = std::error_code(errno, std::generic_category());
  if (why) {
    return absl::NotFoundError(
        fmt::format("cannot read {}: {}", path, why.message()));
  }
  return LinesOf(file);
}

}  // namespace clip::client

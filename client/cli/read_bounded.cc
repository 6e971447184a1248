#include "client/cli/read_bounded.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <system_error>

namespace clip::client {
namespace {

absl::Status CannotRead(const std::string& path, const std::error_code& why) {
  return absl::NotFoundError(
      fmt::format("cannot read {}: {}", path, why.message()));
}

}  // namespace

absl::StatusOr<std::string> ReadStreamBounded(std::istream& stream,
                                              size_t max_bytes) {
  std::string content;
  std::array<char, 64 << 10> chunk;
  while (stream.good()) {
    stream.read(chunk.data(), chunk.size());
    content.append(chunk.data(), static_cast<size_t>(stream.gcount()));
    if (content.size() > max_bytes) {
      return absl::OutOfRangeError(fmt::format(
          "more than {} bytes, which is all that one message may hold",
          max_bytes));
    }
  }
  return content;
}

absl::StatusOr<std::string> ReadFileBounded(const std::string& path,
                                            size_t max_bytes) {
  // A folder opens like a file and then reads as an empty one.
  std::error_code ignored;
  if (std::filesystem::is_directory(path, ignored)) {
    return CannotRead(path, std::make_error_code(std::errc::is_a_directory));
  }
  errno = 0;
  std::ifstream file(path, std::ios::binary);
  if (!file.is_open()) {
    return CannotRead(path, std::error_code(errno, std::generic_category()));
  }
  absl::StatusOr<std::string> content = ReadStreamBounded(file, max_bytes);
  if (content.ok() && file.bad()) {
    return CannotRead(path, std::make_error_code(std::errc::io_error));
  }
  return content;
}

}  // namespace clip::client

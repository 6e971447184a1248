#include "client/cli/line_reader.h"

#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <iostream>
#include <streambuf>
#include <system_error>
#include <utility>

namespace clip::client {

LineReader::LineReader(std::unique_ptr<std::ifstream> file, std::istream& in,
                       size_t max_bytes)
    : file_(std::move(file)),
      in_(file_ == nullptr ? in : *file_),
      max_bytes_(max_bytes) {}

absl::StatusOr<std::unique_ptr<LineReader>> LineReader::Open(
    const std::string& path, std::istream& in, size_t max_bytes) {
  if (path == "-") {
    return std::unique_ptr<LineReader>(new LineReader(nullptr, in, max_bytes));
  }
  std::error_code why;
  if (std::filesystem::is_directory(path, why)) {
    why = std::make_error_code(std::errc::is_a_directory);
  } else {
    why.clear();
  }
  errno = 0;
  auto file = std::make_unique<std::ifstream>(path, std::ios::binary);
  if (!file->is_open()) why = std::error_code(errno, std::generic_category());
  if (why) {
    return absl::NotFoundError(
        fmt::format("cannot read {}: {}", path, why.message()));
  }
  return std::unique_ptr<LineReader>(
      new LineReader(std::move(file), in, max_bytes));
}

bool LineReader::IsReady() const {
  if (&in_ != &std::cin || in_.rdbuf()->in_avail() > 0) return true;
  pollfd input = {STDIN_FILENO, POLLIN, 0};
  // Also at its end, and where it cannot be waited for.
  return poll(&input, 1, /*timeout=*/0) != 0;
}

std::optional<LineReader::Line> LineReader::Next() {
  using Traits = std::streambuf::traits_type;
  std::streambuf& bytes = *in_.rdbuf();
  while (true) {
    Line line;
    Traits::int_type next = bytes.sbumpc();
    for (; next != Traits::eof() && next != '\n'; next = bytes.sbumpc()) {
      if (line.text.size() < max_bytes_) {
        line.text.push_back(Traits::to_char_type(next));
      } else {
        line.is_cut = true;
      }
    }
    if (!line.is_cut && !line.text.empty() && line.text.back() == '\r') {
      line.text.pop_back();
    }
    if (!line.text.empty()) return line;
    if (next == Traits::eof()) return std::nullopt;
  }
}

}  // namespace clip::client

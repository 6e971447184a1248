#include "client/cli/report_file.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstdio>
#include <system_error>

namespace clip::client {
namespace {

std::string SystemReason() { return std::generic_category().message(errno); }

}  // namespace

absl::Status ReportFile::Open() {
  if (path_.empty()) return absl::OkStatus();
  errno = 0;
  file_.open(partial_path(), std::ios::binary | std::ios::trunc);
  if (file_.is_open()) return absl::OkStatus();
  return absl::NotFoundError(
      fmt::format("cannot write {}: {}", partial_path(), SystemReason()));
}

absl::Status ReportFile::Write(const std::string& content) {
  if (path_.empty()) return absl::OkStatus();
  errno = 0;
  file_ << content;
  file_.close();
  if (file_.fail()) {
    return absl::UnknownError(
        fmt::format("cannot write {}: {}; what was written is in {}", path_,
                    SystemReason(), partial_path()));
  }
  if (std::rename(partial_path().c_str(), path_.c_str()) != 0) {
    return absl::UnknownError(
        fmt::format("cannot write {}: {}; the report is in {}", path_,
                    SystemReason(), partial_path()));
  }
  return absl::OkStatus();
}

}  // namespace clip::client

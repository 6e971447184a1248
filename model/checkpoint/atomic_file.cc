#include "model/checkpoint/atomic_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <utility>

#include "absl/strings/str_cat.h"
#include "model/base/status_macros.h"

namespace clip::model {
namespace {

// The rename itself must reach the disk, which only the folder's fsync does.
bool SyncFolderOf(const std::string& path) {
  std::string folder = std::filesystem::path(path).parent_path().string();
  if (folder.empty()) folder = ".";
  const int descriptor = open(folder.c_str(), O_RDONLY | O_DIRECTORY);
  if (descriptor < 0) return false;
  const bool good = fsync(descriptor) == 0;
  close(descriptor);
  return good;
}

}  // namespace

absl::StatusOr<std::unique_ptr<AtomicFile>> AtomicFile::Create(
    const std::string& path, Hook hook) {
  const std::string temporary = path + ".tmp";
  const int descriptor =
      open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (descriptor < 0) {
    return absl::InvalidArgumentError(
        absl::StrCat(path, ": cannot be created: ", std::strerror(errno)));
  }
  // The constructor is private, which make_unique cannot reach.
  return std::unique_ptr<AtomicFile>(
      new AtomicFile(path, descriptor, std::move(hook)));
}

AtomicFile::AtomicFile(std::string path, int descriptor, Hook hook)
    : path_(std::move(path)),
      temporary_(path_ + ".tmp"),
      hook_(std::move(hook)),
      descriptor_(descriptor) {}

AtomicFile::~AtomicFile() {
  if (descriptor_ < 0) return;
  close(descriptor_);
  unlink(temporary_.c_str());
}

absl::Status AtomicFile::Fail(const char* what) {
  return absl::ResourceExhaustedError(
      absl::StrCat(path_, ": ", what, ": ", std::strerror(errno)));
}

absl::Status AtomicFile::Append(absl::Span<const uint8_t> bytes) {
  constexpr size_t kPiece = size_t{16} << 20;
  while (!bytes.empty()) {
    const ssize_t count =
        write(descriptor_, bytes.data(), std::min(bytes.size(), kPiece));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return Fail("cannot be written");
    bytes.remove_prefix(static_cast<size_t>(count));
    written_ += static_cast<uint64_t>(count);
    if (hook_) hook_(written_);
  }
  return absl::OkStatus();
}

absl::Status AtomicFile::Append(const std::string& text) {
  return Append(absl::MakeConstSpan(
      reinterpret_cast<const uint8_t*>(text.data()), text.size()));
}

absl::Status AtomicFile::Commit() {
  if (fsync(descriptor_) != 0) return Fail("cannot be brought to the disk");
  const int descriptor = std::exchange(descriptor_, -1);
  if (close(descriptor) != 0 ||
      std::rename(temporary_.c_str(), path_.c_str()) != 0 ||
      !SyncFolderOf(path_)) {
    const absl::Status failed = Fail("cannot be put in its place");
    unlink(temporary_.c_str());
    return failed;
  }
  return absl::OkStatus();
}

}  // namespace clip::model

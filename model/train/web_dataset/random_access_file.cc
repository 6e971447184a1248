#include "model/train/web_dataset/random_access_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "absl/strings/str_cat.h"

namespace clip::model {
namespace {

absl::Status CannotRead(const std::string& path, const char* reason) {
  return absl::InvalidArgumentError(
      absl::StrCat(path, ": cannot be read: ", reason));
}

}  // namespace

absl::StatusOr<std::unique_ptr<RandomAccessFile>> RandomAccessFile::Open(
    const std::string& path) {
  // A pipe without a writer must not hold the program up.
  const int descriptor = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (descriptor < 0) {
    if (errno != ENOENT) return CannotRead(path, std::strerror(errno));
    return absl::NotFoundError(absl::StrCat(path, ": there is no such file"));
  }
  // The constructor is private, which make_unique cannot reach.
  std::unique_ptr<RandomAccessFile> file(
      new RandomAccessFile(path, descriptor));
  struct stat status = {};
  if (fstat(descriptor, &status) != 0 || !S_ISREG(status.st_mode)) {
    return CannotRead(path, "it is not a regular file");
  }
  file->size_ = static_cast<uint64_t>(status.st_size);
  return file;
}

RandomAccessFile::~RandomAccessFile() { close(descriptor_); }

absl::StatusOr<std::string> RandomAccessFile::Read(uint64_t offset,
                                                   size_t length) const {
  std::string bytes(length, '\0');
  size_t done = 0;
  while (done < length) {
    const ssize_t count = pread(descriptor_, &bytes[done], length - done,
                                static_cast<off_t>(offset + done));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return CannotRead(path_, std::strerror(errno));
    if (count == 0) return CannotRead(path_, "it ends too early");
    done += static_cast<size_t>(count);
  }
  return bytes;
}

}  // namespace clip::model

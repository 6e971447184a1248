#include "model/checkpoint/mapped_file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "absl/cleanup/cleanup.h"
#include "absl/status/status.h"

namespace clip::model {

absl::StatusOr<std::unique_ptr<MappedFile>> MappedFile::Open(
    const std::string& path) {
  // Non-blocking, so that a named pipe cannot hold up the start.
  const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (file < 0) return absl::ErrnoToStatus(errno, "cannot be opened");
  const absl::Cleanup close_file = [file] { close(file); };
  struct stat status;
  if (fstat(file, &status) != 0) {
    return absl::ErrnoToStatus(errno, "cannot be read");
  }
  if (!S_ISREG(status.st_mode)) {
    return absl::InvalidArgumentError("is not a regular file");
  }
  if (status.st_size == 0) return absl::InvalidArgumentError("is empty");
  const auto size = static_cast<size_t>(status.st_size);
  void* address = mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file, 0);
  if (address == MAP_FAILED) {
    return absl::ErrnoToStatus(errno, "cannot be mapped");
  }
  // Only a hint: the file is read once, from front to back.
  madvise(address, size, MADV_SEQUENTIAL);
  return std::unique_ptr<MappedFile>(new MappedFile(
      absl::MakeConstSpan(static_cast<const uint8_t*>(address), size)));
}

MappedFile::~MappedFile() {
  munmap(const_cast<uint8_t*>(bytes_.data()), bytes_.size());
}

}  // namespace clip::model

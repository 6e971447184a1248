#ifndef MODEL_CHECKPOINT_ATOMIC_FILE_H_
#define MODEL_CHECKPOINT_ATOMIC_FILE_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"

namespace clip::model {

// A file that appears whole or not at all: it is written beside its place as
// PATH.tmp, brought to the disk and renamed. Whatever ends the process at
// whatever moment, PATH holds the old content or the new one. Without Commit
// the destructor removes what was written.
//
// One writer a path. Not thread-safe.
class AtomicFile {
 public:
  // Called after each piece with the bytes written so far: the moments at
  // which tests end the process.
  using Hook = std::function<void(uint64_t bytes_written)>;

  // Errors: INVALID_ARGUMENT, naming the file, where it cannot be created.
  static absl::StatusOr<std::unique_ptr<AtomicFile>> Create(
      const std::string& path, Hook hook = nullptr);

  ~AtomicFile();
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;

  // Errors: RESOURCE_EXHAUSTED, naming the file, where the disk is full or
  // fails.
  absl::Status Append(absl::Span<const uint8_t> bytes);
  absl::Status Append(const std::string& text);

  // Once, at the end.
  absl::Status Commit();

 private:
  AtomicFile(std::string path, int descriptor, Hook hook);
  absl::Status Fail(const char* what);

  const std::string path_;
  const std::string temporary_;
  const Hook hook_;
  int descriptor_;
  uint64_t written_ = 0;
};

}  // namespace clip::model

#endif  // MODEL_CHECKPOINT_ATOMIC_FILE_H_

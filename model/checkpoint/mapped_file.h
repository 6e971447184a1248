#ifndef MODEL_CHECKPOINT_MAPPED_FILE_H_
#define MODEL_CHECKPOINT_MAPPED_FILE_H_

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/types/span.h"

namespace clip::model {

// A regular file mapped for reading; unmapped on destruction. Thread-safe.
//
// The bytes come from the file when they are touched: if someone truncates the
// file while it is mapped, touching the lost part ends the process (SIGBUS).
// So weights are copied out at start and nothing stays mapped afterwards.
class MappedFile {
 public:
  // Errors: NOT_FOUND where there is no such file; INVALID_ARGUMENT where it
  // is not a regular file or is empty; INTERNAL where it cannot be read.
  static absl::StatusOr<std::unique_ptr<MappedFile>> Open(
      const std::string& path);

  ~MappedFile();
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;

  absl::Span<const uint8_t> bytes() const { return bytes_; }

 private:
  explicit MappedFile(absl::Span<const uint8_t> bytes) : bytes_(bytes) {}

  absl::Span<const uint8_t> bytes_;
};

}  // namespace clip::model

#endif  // MODEL_CHECKPOINT_MAPPED_FILE_H_

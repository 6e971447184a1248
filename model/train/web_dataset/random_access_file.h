#ifndef MODEL_TRAIN_WEB_DATASET_RANDOM_ACCESS_FILE_H_
#define MODEL_TRAIN_WEB_DATASET_RANDOM_ACCESS_FILE_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/statusor.h"

namespace clip::model {

// A regular file that is read at any place, not mapped: one that is cut while
// it is open makes an error. Thread-safe.
class RandomAccessFile {
 public:
  // Errors, here and below, naming the file: NOT_FOUND where there is none;
  // INVALID_ARGUMENT where it is not a regular file or cannot be read.
  static absl::StatusOr<std::unique_ptr<RandomAccessFile>> Open(
      const std::string& path);

  ~RandomAccessFile();
  RandomAccessFile(const RandomAccessFile&) = delete;
  RandomAccessFile& operator=(const RandomAccessFile&) = delete;

  const std::string& path() const { return path_; }
  // Bytes, when it was opened.
  uint64_t size() const { return size_; }

  // Exactly `length` bytes, which the caller bounds.
  absl::StatusOr<std::string> Read(uint64_t offset, size_t length) const;

 private:
  RandomAccessFile(std::string path, int descriptor)
      : path_(std::move(path)), descriptor_(descriptor) {}

  const std::string path_;
  const int descriptor_;
  uint64_t size_ = 0;
};

}  // namespace clip::model

#endif  // MODEL_TRAIN_WEB_DATASET_RANDOM_ACCESS_FILE_H_

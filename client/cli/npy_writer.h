#ifndef CLIENT_CLI_NPY_WRITER_H_
#define CLIENT_CLI_NPY_WRITER_H_

#include <cstddef>
#include <fstream>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace clip::client {

enum class NpyType { kFloat32, kFloat16, kInt8, kUint8 };

// Writes a two-dimensional array as a NumPy .npy file, format version 1.0, row
// by row and without holding the rows. Until Finish the header says zero rows,
// so a file that was cut off is a valid, empty array and not a wrong one.
//
// Used by one thread.
class NpyWriter {
 public:
  // Creates or overwrites the file. UNKNOWN with the system's reason where it
  // cannot.
  static absl::StatusOr<std::unique_ptr<NpyWriter>> Create(
      const std::string& path, NpyType type);

  // Little-endian values, `row.size()` bytes: a whole number of values, as many
  // as in every other row, else INVALID_ARGUMENT. UNKNOWN where the disk fails.
  absl::Status AppendRow(std::string_view row);

  // Writes the shape and closes the file; once, last.
  absl::Status Finish();

 private:
  NpyWriter(std::string path, NpyType type);

  absl::Status WriteHeader();
  absl::Status CheckFile() const;

  const std::string path_;
  const NpyType type_;
  std::ofstream file_;
  size_t rows_ = 0;
  // Bytes of each row; known from the first one on.
  size_t row_bytes_ = 0;
};

}  // namespace clip::client

#endif  // CLIENT_CLI_NPY_WRITER_H_

#ifndef CLIENT_CLI_NPY_READER_H_
#define CLIENT_CLI_NPY_READER_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace clip::client {

// The rows of a NumPy .npy file: two dimensions, little-endian float32, C
// order, format version 1 to 3, as NumPy and `--output npy` write it.
// INVALID_ARGUMENT says what the file is instead. The file may lie: what it
// claims is checked against the bytes that are there before anything is
// allocated.
absl::StatusOr<std::vector<std::vector<float>>> ReadFloatRows(
    std::string_view file);

}  // namespace clip::client

#endif  // CLIENT_CLI_NPY_READER_H_

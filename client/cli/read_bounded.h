#ifndef CLIENT_CLI_READ_BOUNDED_H_
#define CLIENT_CLI_READ_BOUNDED_H_

#include <cstddef>
#include <istream>
#include <string>

#include "absl/status/statusor.h"

namespace clip::client {

// The rest of the stream; OUT_OF_RANGE where that is more than `max_bytes`,
// without reading on.
absl::StatusOr<std::string> ReadStreamBounded(std::istream& stream,
                                              size_t max_bytes);

// The whole file, with the same limit. NOT_FOUND with the system's reason where
// it cannot be read.
absl::StatusOr<std::string> ReadFileBounded(const std::string& path,
                                            size_t max_bytes);

}  // namespace clip::client

#endif  // CLIENT_CLI_READ_BOUNDED_H_

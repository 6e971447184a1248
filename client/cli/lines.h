#ifndef CLIENT_CLI_LINES_H_
#define CLIENT_CLI_LINES_H_

#include <istream>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace clip::client {

// The lines of the file at `path`, or of `in` where the path is "-": without
// their ends (\n or \r\n) and without the empty ones. NOT_FOUND with the
// system's reason where the file cannot be read.
absl::StatusOr<std::vector<std::string>> ReadLines(const std::string& path,
                                                   std::istream& in);

}  // namespace clip::client

#endif  // CLIENT_CLI_LINES_H_

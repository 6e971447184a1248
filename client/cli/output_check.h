#ifndef CLIENT_CLI_OUTPUT_CHECK_H_
#define CLIENT_CLI_OUTPUT_CHECK_H_

#include <ostream>

#include "absl/status/status.h"

namespace clip::client {

// UNKNOWN where the stream has failed, so that a full disk or a closed pipe
// ends a run instead of losing its rows.
inline absl::Status CheckOutput(const std::ostream& out) {
  if (out.good()) return absl::OkStatus();
  return absl::UnknownError("cannot write the output");
}

}  // namespace clip::client

#endif  // CLIENT_CLI_OUTPUT_CHECK_H_

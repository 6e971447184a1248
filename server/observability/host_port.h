#ifndef SERVER_OBSERVABILITY_HOST_PORT_H_
#define SERVER_OBSERVABILITY_HOST_PORT_H_

#include <string>

#include "absl/status/statusor.h"

namespace clip::server {

// An address to listen on.
struct HostPort {
  // Without the brackets of an IPv6 address.
  std::string host;
  int port = 0;
};

// Reads HOST:PORT, such as "0.0.0.0:80", "localhost:0" and "[::1]:80".
// INVALID_ARGUMENT for anything else, several addresses included.
absl::StatusOr<HostPort> ParseHostPort(const std::string& address);

}  // namespace clip::server

#endif  // SERVER_OBSERVABILITY_HOST_PORT_H_

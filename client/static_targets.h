#ifndef CLIENT_STATIC_TARGETS_H_
#define CLIENT_STATIC_TARGETS_H_

#include <string>

#include "absl/status/statusor.h"

namespace clip::client {

// How gRPC is to find the servers.
struct GrpcTarget {
  std::string uri;
  // What the servers are told they are called, and what their certificates are
  // checked against; empty = gRPC's choice.
  std::string authority;
};

// Reads a list such as "a:50051,b:50051" as the addresses of its servers, which
// gRPC has no form for where names are in it: they are looked up here, once.
// All have to be IPv4, or all IPv6. Any other target is left as it is.
//
// Blocks while it looks names up. INVALID_ARGUMENT names the entry that is no
// HOST:PORT or that no address is known for.
absl::StatusOr<GrpcTarget> ResolveTarget(const std::string& target);

}  // namespace clip::client

#endif  // CLIENT_STATIC_TARGETS_H_

#ifndef SERVER_HEALTH_DIAL_HEALTH_H_
#define SERVER_HEALTH_DIAL_HEALTH_H_

#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"

namespace clip::server {

// Opens a new connection to a server and asks its health service. OK where it
// answers at all, serving or not; UNAVAILABLE, with the reason, where it does
// not within `timeout`. Blocks.
absl::Status DialHealth(const std::string& address, absl::Duration timeout);

}  // namespace clip::server

#endif  // SERVER_HEALTH_DIAL_HEALTH_H_

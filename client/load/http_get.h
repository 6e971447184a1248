#ifndef CLIENT_LOAD_HTTP_GET_H_
#define CLIENT_LOAD_HTTP_GET_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace clip::client::load {

// The body of http://HOST:PORT/PATH, over plain TCP; blocks for at most about
// `timeout`. INVALID_ARGUMENT where the address is not HOST:PORT, UNAVAILABLE
// where nobody answers in time, UNKNOWN where the answer is not a page of at
// most 16 MiB.
absl::StatusOr<std::string> HttpGet(const std::string& address,
                                    const std::string& path,
                                    absl::Duration timeout);

}  // namespace clip::client::load

#endif  // CLIENT_LOAD_HTTP_GET_H_

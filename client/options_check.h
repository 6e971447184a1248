#ifndef CLIENT_OPTIONS_CHECK_H_
#define CLIENT_OPTIONS_CHECK_H_

#include "absl/status/status.h"
#include "client/clip_client_options.h"
#include "client/encode_stream.h"

namespace clip::client {

// INVALID_ARGUMENT names the option that is out of range. What RetryPolicy
// checks itself is left to it.
absl::Status CheckOptions(const ClipClientOptions& options);
absl::Status CheckOptions(const StreamOptions& options);

}  // namespace clip::client

#endif  // CLIENT_OPTIONS_CHECK_H_

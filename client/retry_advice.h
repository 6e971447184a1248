#ifndef CLIENT_RETRY_ADVICE_H_
#define CLIENT_RETRY_ADVICE_H_

#include <optional>
#include <string_view>

#include "absl/status/status.h"
#include "absl/time/time.h"

namespace clip::client {

// What a service says about sending a refused call again.
struct RetryAdvice {
  bool may_retry = true;
  // Not before this long; meaningful only with may_retry.
  absl::Duration delay;
};

// Reads the advice of one refusal, or nothing where the service gave none.
//
// `pushback` is the value of the trailer grpc-retry-pushback-ms, if there was
// one: milliseconds, where a negative or unreadable number forbids a retry. It
// wins over the google.rpc.RetryInfo among the details of `status`.
std::optional<RetryAdvice> ReadRetryAdvice(
    std::optional<std::string_view> pushback, const absl::Status& status);

}  // namespace clip::client

#endif  // CLIENT_RETRY_ADVICE_H_

#include "client/retry_advice.h"

#include <google/rpc/error_details.pb.h>

#include <string>

#include "absl/strings/cord.h"
#include "absl/strings/numbers.h"
#include "absl/strings/string_view.h"
#include "client/grpc_status.h"

namespace clip::client {
namespace {

RetryAdvice ReadPushback(std::string_view pushback) {
  int milliseconds = 0;
  const bool is_number = absl::SimpleAtoi(
      absl::string_view(pushback.data(), pushback.size()), &milliseconds);
  if (!is_number || milliseconds < 0)
    return RetryAdvice{/*may_retry=*/false, absl::ZeroDuration()};
  return RetryAdvice{/*may_retry=*/true, absl::Milliseconds(milliseconds)};
}

}  // namespace

std::optional<RetryAdvice> ReadRetryAdvice(
    std::optional<std::string_view> pushback, const absl::Status& status) {
  if (pushback.has_value()) return ReadPushback(*pushback);
  const absl::optional<absl::Cord> detail =
      status.GetPayload(kRetryInfoTypeUrl);
  google::rpc::RetryInfo info;
  if (!detail.has_value() || !info.ParseFromString(std::string(*detail)) ||
      !info.has_retry_delay()) {
    return std::nullopt;
  }
  const absl::Duration delay = absl::Seconds(info.retry_delay().seconds()) +
                               absl::Nanoseconds(info.retry_delay().nanos());
  return RetryAdvice{delay >= absl::ZeroDuration(), delay};
}

}  // namespace clip::client

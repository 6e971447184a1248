#include "server/service/call_context.h"

#include <chrono>
#include <optional>

#include "server/service/grpc_status.h"

namespace clip::server {
namespace {

// Trailer of every call; it finds the call in the server's log.
constexpr char kRequestIdTrailer[] = "x-request-id";

}  // namespace

absl::Time DeadlineOf(const grpc::CallbackServerContext& context) {
  const std::chrono::system_clock::time_point deadline = context.deadline();
  if (deadline == std::chrono::system_clock::time_point::max()) {
    return absl::InfiniteFuture();
  }
  return absl::FromChrono(deadline);
}

void AddTrailers(const absl::Status& status, const std::string& request_id,
                 grpc::CallbackServerContext& context) {
  const std::optional<std::string> pushback = RetryPushback(status);
  if (pushback.has_value()) {
    context.AddTrailingMetadata(kRetryPushbackTrailer, *pushback);
  }
  context.AddTrailingMetadata(kRequestIdTrailer, request_id);
}

}  // namespace clip::server

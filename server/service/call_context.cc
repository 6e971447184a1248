#include "server/service/call_context.h"

#include <chrono>
#include <iterator>
#include <optional>

#include "server/service/errors.h"
#include "server/service/grpc_status.h"

namespace clip::server {
namespace {

// Trailer of every call; it finds the call in the server's log.
constexpr char kRequestIdTrailer[] = "x-request-id";

constexpr char kPriorityMetadata[] = "x-clip-priority";

}  // namespace

absl::Time DeadlineOf(const grpc::CallbackServerContext& context) {
  const std::chrono::system_clock::time_point deadline = context.deadline();
  if (deadline == std::chrono::system_clock::time_point::max()) {
    return absl::InfiniteFuture();
  }
  return absl::FromChrono(deadline);
}

absl::StatusOr<batching::Priority> PriorityOf(
    const grpc::CallbackServerContext& context, batching::Priority otherwise) {
  const auto [begin, end] =
      context.client_metadata().equal_range(kPriorityMetadata);
  if (begin == end) return otherwise;
  const grpc::string_ref value = begin->second;
  if (std::next(begin) == end) {
    if (value == "interactive") return batching::Priority::kInteractive;
    if (value == "bulk") return batching::Priority::kBulk;
  }
  return BadField(kPriorityMetadata, "must be interactive or bulk");
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

#include "server/pipeline/call_refusal.h"

namespace clip::server {
namespace {

const char* MessageOf(RejectReason reason) {
  switch (reason) {
    case RejectReason::kQueueFull:
      return "the queue is full";
    case RejectReason::kBytes:
      return "too many bytes are in flight";
    case RejectReason::kDeadline:
      return "the wait would be longer than the call's deadline allows";
    default:
      return "the wait would be too long";
  }
}

}  // namespace

CallResult FailedCall(const absl::Status& status) {
  CallResult result;
  result.status = status;
  return result;
}

CallResult RefusedCall(const AdmissionRefusal& refusal) {
  if (refusal.reason == RejectReason::kDraining) {
    return FailedCall(absl::UnavailableError("the server is shutting down"));
  }
  CallResult result =
      FailedCall(absl::ResourceExhaustedError(MessageOf(refusal.reason)));
  result.retry_after = refusal.retry_after;
  return result;
}

std::optional<RejectReason> ReasonOf(const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kDeadlineExceeded:
      return RejectReason::kDeadline;
    case absl::StatusCode::kCancelled:
      return RejectReason::kCancelled;
    case absl::StatusCode::kUnavailable:
      return RejectReason::kDraining;
    case absl::StatusCode::kResourceExhausted:
      return RejectReason::kBytes;
    case absl::StatusCode::kInvalidArgument:
      return RejectReason::kInvalid;
    default:
      return std::nullopt;
  }
}

}  // namespace clip::server

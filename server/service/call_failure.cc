#include "server/service/call_failure.h"

#include "server/service/errors.h"

namespace clip::server {

absl::Status CallFailure(const CallResult& result,
                         const std::function<std::string(int item)>& field) {
  switch (result.status.code()) {
    case absl::StatusCode::kInvalidArgument:
      if (result.failed_item < 0) return result.status;
      return BadField(field(result.failed_item),
                      std::string(result.status.message()));
    case absl::StatusCode::kResourceExhausted:
      return Overloaded(result.retry_after);
    case absl::StatusCode::kDeadlineExceeded:
      return DeadlinePassed();
    case absl::StatusCode::kCancelled:
      return CallCancelled();
    case absl::StatusCode::kUnavailable:
      return Draining();
    default:
      return absl::InternalError(std::string(result.status.message()));
  }
}

absl::Status ClientView(const absl::Status& error,
                        const std::string& request_id) {
  const bool is_defect = absl::IsInternal(error) || absl::IsUnknown(error);
  return is_defect ? InternalError(request_id) : error;
}

std::optional<RejectReason> RejectReasonOf(const absl::Status& error) {
  if (absl::IsInvalidArgument(error)) return RejectReason::kInvalid;
  if (absl::IsUnavailable(error)) return RejectReason::kDraining;
  // There is no room for one more stream or label set.
  if (absl::IsResourceExhausted(error)) return RejectReason::kQueueFull;
  if (absl::IsCancelled(error)) return RejectReason::kCancelled;
  return std::nullopt;
}

}  // namespace clip::server

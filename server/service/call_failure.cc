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

}  // namespace clip::server

#include "server/pipeline/call_check.h"

#include "fmt/format.h"

namespace clip::server {

absl::Status CheckCall(const ArrivedCall& call, size_t max_items,
                       absl::Time now) {
  const CallOptions& options = call.options;
  if (call.items.empty()) {
    return absl::InvalidArgumentError("the call has no items");
  }
  if (call.items.size() > max_items) {
    return absl::InvalidArgumentError(
        fmt::format("the call has {} items; at most {} are ever accepted",
                    call.items.size(), max_items));
  }
  if (options.cancellation != nullptr && options.cancellation->IsCancelled()) {
    return absl::CancelledError("the caller has gone");
  }
  if (now >= options.deadline) {
    return absl::DeadlineExceededError("the deadline has passed");
  }
  return absl::OkStatus();
}

}  // namespace clip::server

#include "client/options_check.h"

#include "absl/strings/str_cat.h"

namespace clip::client {
namespace {

// The smallest cap that still carries a status and a few embeddings.
constexpr int kMinMessageBytes = 1024;

}  // namespace

absl::Status CheckOptions(const ClipClientOptions& options) {
  if (options.target.empty()) {
    return absl::InvalidArgumentError("target is empty");
  }
  if (options.default_deadline <= absl::ZeroDuration()) {
    return absl::InvalidArgumentError("default_deadline is not positive");
  }
  if (options.max_message_bytes < kMinMessageBytes) {
    return absl::InvalidArgumentError(
        absl::StrCat("max_message_bytes is less than ", kMinMessageBytes));
  }
  if (options.hedging.delay < absl::ZeroDuration()) {
    return absl::InvalidArgumentError("hedging.delay is negative");
  }
  if (!(options.hedging.tokens > 0 && options.hedging.refill > 0)) {
    return absl::InvalidArgumentError(
        "hedging.tokens and hedging.refill must be positive");
  }
  return absl::OkStatus();
}

absl::Status CheckOptions(const StreamOptions& options) {
  if (options.max_items < 1) {
    return absl::InvalidArgumentError("max_items is less than 1");
  }
  if (options.max_item_sends < 1) {
    return absl::InvalidArgumentError("max_item_sends is less than 1");
  }
  if (options.deadline < absl::ZeroDuration()) {
    return absl::InvalidArgumentError("deadline is negative");
  }
  return absl::OkStatus();
}

}  // namespace clip::client

#include "client/bad_items.h"

#include <google/rpc/error_details.pb.h>

#include <optional>

#include "absl/strings/cord.h"
#include "absl/strings/numbers.h"
#include "absl/strings/string_view.h"
#include "client/grpc_status.h"

namespace clip::client {
namespace {

// Reads a path such as "images[2].encoded".
std::optional<BadItem> ReadPath(absl::string_view path) {
  const size_t open = path.find('[');
  const size_t close = path.find(']');
  if (open == path.npos || close == path.npos || close < open) {
    return std::nullopt;
  }
  BadItem item;
  item.field = std::string(path.substr(0, open));
  if (!absl::SimpleAtoi(path.substr(open + 1, close - open - 1), &item.index)) {
    return std::nullopt;
  }
  return item;
}

}  // namespace

std::vector<BadItem> BadItemsOf(const absl::Status& status) {
  std::vector<BadItem> items;
  if (status.code() != absl::StatusCode::kInvalidArgument) return items;
  const absl::optional<absl::Cord> detail =
      status.GetPayload(kBadRequestTypeUrl);
  google::rpc::BadRequest bad_request;
  if (!detail.has_value() ||
      !bad_request.ParseFromString(std::string(*detail))) {
    return items;
  }
  for (const auto& violation : bad_request.field_violations()) {
    std::optional<BadItem> item = ReadPath(violation.field());
    if (!item.has_value()) continue;
    item->reason = violation.description();
    items.push_back(*std::move(item));
  }
  return items;
}

}  // namespace clip::client

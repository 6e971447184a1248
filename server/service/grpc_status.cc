#include "server/service/grpc_status.h"

#include <algorithm>

#include "absl/strings/cord.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "server/service/errors.h"
#include "server/service/limits.h"

namespace clip::server {
namespace {

struct CodeRow {
  absl::StatusCode absl_code;
  grpc::StatusCode grpc_code;
  const char* name;
};

constexpr CodeRow kCodes[] = {
    {absl::StatusCode::kOk, grpc::StatusCode::OK, "OK"},
    {absl::StatusCode::kCancelled, grpc::StatusCode::CANCELLED, "CANCELLED"},
    {absl::StatusCode::kUnknown, grpc::StatusCode::UNKNOWN, "UNKNOWN"},
    {absl::StatusCode::kInvalidArgument, grpc::StatusCode::INVALID_ARGUMENT,
     "INVALID_ARGUMENT"},
    {absl::StatusCode::kDeadlineExceeded, grpc::StatusCode::DEADLINE_EXCEEDED,
     "DEADLINE_EXCEEDED"},
    {absl::StatusCode::kNotFound, grpc::StatusCode::NOT_FOUND, "NOT_FOUND"},
    {absl::StatusCode::kAlreadyExists, grpc::StatusCode::ALREADY_EXISTS,
     "ALREADY_EXISTS"},
    {absl::StatusCode::kPermissionDenied, grpc::StatusCode::PERMISSION_DENIED,
     "PERMISSION_DENIED"},
    {absl::StatusCode::kUnauthenticated, grpc::StatusCode::UNAUTHENTICATED,
     "UNAUTHENTICATED"},
    {absl::StatusCode::kResourceExhausted, grpc::StatusCode::RESOURCE_EXHAUSTED,
     "RESOURCE_EXHAUSTED"},
    {absl::StatusCode::kFailedPrecondition,
     grpc::StatusCode::FAILED_PRECONDITION, "FAILED_PRECONDITION"},
    {absl::StatusCode::kAborted, grpc::StatusCode::ABORTED, "ABORTED"},
    {absl::StatusCode::kOutOfRange, grpc::StatusCode::OUT_OF_RANGE,
     "OUT_OF_RANGE"},
    {absl::StatusCode::kUnimplemented, grpc::StatusCode::UNIMPLEMENTED,
     "UNIMPLEMENTED"},
    {absl::StatusCode::kInternal, grpc::StatusCode::INTERNAL, "INTERNAL"},
    {absl::StatusCode::kUnavailable, grpc::StatusCode::UNAVAILABLE,
     "UNAVAILABLE"},
    {absl::StatusCode::kDataLoss, grpc::StatusCode::DATA_LOSS, "DATA_LOSS"},
};

}  // namespace

grpc::StatusCode ToGrpcCode(absl::StatusCode code) {
  for (const CodeRow& row : kCodes) {
    if (row.absl_code == code) return row.grpc_code;
  }
  return grpc::StatusCode::UNKNOWN;
}

const char* GrpcCodeName(grpc::StatusCode code) {
  for (const CodeRow& row : kCodes) {
    if (row.grpc_code == code) return row.name;
  }
  return "UNKNOWN";
}

google::rpc::Status ToRpcStatus(const absl::Status& status) {
  google::rpc::Status message;
  message.set_code(ToGrpcCode(status.code()));
  message.set_message(
      std::string(status.message().substr(0, kMaxErrorMessageBytes)));
  status.ForEachPayload(
      [&message](absl::string_view type_url, const absl::Cord& payload) {
        google::protobuf::Any* detail = message.add_details();
        detail->set_type_url(std::string(type_url));
        detail->set_value(std::string(payload));
      });
  return message;
}

grpc::Status ToGrpcStatus(const absl::Status& status) {
  if (status.ok()) return grpc::Status::OK;
  const google::rpc::Status rpc_status = ToRpcStatus(status);
  // A plain error needs no second copy of its message.
  const std::string details =
      rpc_status.details().empty() ? "" : rpc_status.SerializeAsString();
  return grpc::Status(ToGrpcCode(status.code()), rpc_status.message(), details);
}

std::optional<std::string> RetryPushback(const absl::Status& status) {
  const std::optional<absl::Duration> delay = RetryDelay(status);
  if (!delay.has_value()) return std::nullopt;
  return std::to_string(
      std::max<int64_t>(1, absl::ToInt64Milliseconds(*delay)));
}

}  // namespace clip::server

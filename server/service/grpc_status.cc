#include "server/service/grpc_status.h"

#include <algorithm>

#include "absl/strings/cord.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "google/rpc/status.pb.h"
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

// google.rpc.Status with every payload as a detail; empty where there is none,
// since a plain error needs no second copy of its message.
std::string SerializeDetails(const absl::Status& status,
                             const std::string& message) {
  google::rpc::Status details;
  status.ForEachPayload(
      [&details](absl::string_view type_url, const absl::Cord& payload) {
        google::protobuf::Any* detail = details.add_details();
        detail->set_type_url(std::string(type_url));
        detail->set_value(std::string(payload));
      });
  if (details.details().empty()) return "";
  details.set_code(ToGrpcCode(status.code()));
  details.set_message(message);
  return details.SerializeAsString();
}

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

grpc::Status ToGrpcStatus(const absl::Status& status) {
  if (status.ok()) return grpc::Status::OK;
  const std::string message(status.message().substr(0, kMaxErrorMessageBytes));
  return grpc::Status(ToGrpcCode(status.code()), message,
                      SerializeDetails(status, message));
}

std::optional<std::string> RetryPushback(const absl::Status& status) {
  const std::optional<absl::Duration> delay = RetryDelay(status);
  if (!delay.has_value()) return std::nullopt;
  return std::to_string(
      std::max<int64_t>(1, absl::ToInt64Milliseconds(*delay)));
}

}  // namespace clip::server

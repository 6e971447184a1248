#include "client/grpc_status.h"

#include "absl/strings/cord.h"

namespace clip::client {

namespace {

void AddDetails(const google::rpc::Status& rich, absl::Status& status) {
  for (const google::protobuf::Any& detail : rich.details()) {
    status.SetPayload(detail.type_url(), absl::Cord(detail.value()));
  }
}

}  // namespace

absl::Status FromGrpcStatus(const grpc::Status& status) {
  if (status.ok()) return absl::OkStatus();
  // The two enumerations have the same numbers by design.
  absl::Status result(static_cast<absl::StatusCode>(status.error_code()),
                      status.error_message());
  google::rpc::Status rich;
  if (rich.ParseFromString(status.error_details())) AddDetails(rich, result);
  return result;
}

absl::Status FromRpcStatus(const google::rpc::Status& status) {
  absl::Status result(static_cast<absl::StatusCode>(status.code()),
                      status.message());
  AddDetails(status, result);
  return result;
}

}  // namespace clip::client

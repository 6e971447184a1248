#ifndef CLIENT_GRPC_STATUS_H_
#define CLIENT_GRPC_STATUS_H_

#include <google/rpc/status.pb.h>
#include <grpcpp/support/status.h>

#include "absl/status/status.h"

namespace clip::client {

// Where FromGrpcStatus puts the standard error details.
inline constexpr char kRetryInfoTypeUrl[] =
    "type.googleapis.com/google.rpc.RetryInfo";
inline constexpr char kBadRequestTypeUrl[] =
    "type.googleapis.com/google.rpc.BadRequest";

// The same code and message, with each error detail as a payload under its
// type URL. Details that cannot be read are left out.
absl::Status FromGrpcStatus(const grpc::Status& status);

// The same for the status of one item.
absl::Status FromRpcStatus(const google::rpc::Status& status);

}  // namespace clip::client

#endif  // CLIENT_GRPC_STATUS_H_

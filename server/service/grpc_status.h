#ifndef SERVER_SERVICE_GRPC_STATUS_H_
#define SERVER_SERVICE_GRPC_STATUS_H_

#include <grpcpp/support/status.h>

#include <optional>
#include <string>

#include "absl/status/status.h"
#include "google/rpc/status.pb.h"

namespace clip::server {

// Trailer by which a server tells gRPC's own retry when to try again.
inline constexpr char kRetryPushbackTrailer[] = "grpc-retry-pushback-ms";

// The one table from abseil's codes to gRPC's.
grpc::StatusCode ToGrpcCode(absl::StatusCode code);

// The name of a code as the metrics and the log write it, for example
// "INVALID_ARGUMENT". Total: an unknown value is "UNKNOWN".
const char* GrpcCodeName(grpc::StatusCode code);

// The status as gRPC sends it. Payloads of errors.h become the details of a
// google.rpc.Status; the message is cut to kMaxErrorMessageBytes.
grpc::Status ToGrpcStatus(const absl::Status& status);

// The status as a message of its own, for one item among others. REQUIRES: not
// OK.
google::rpc::Status ToRpcStatus(const absl::Status& status);

// The value of kRetryPushbackTrailer for an error that says when to retry.
std::optional<std::string> RetryPushback(const absl::Status& status);

}  // namespace clip::server

#endif  // SERVER_SERVICE_GRPC_STATUS_H_

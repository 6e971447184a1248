// What every call reads from and leaves in gRPC's context of it.
#ifndef SERVER_SERVICE_CALL_CONTEXT_H_
#define SERVER_SERVICE_CALL_CONTEXT_H_

#include <grpcpp/server_context.h>

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "server/batching/priority.h"

namespace clip::server {

// The caller's deadline; InfiniteFuture where it gave none.
absl::Time DeadlineOf(const grpc::CallbackServerContext& context);

// Which line the call's items wait in, from the metadata "x-clip-priority":
// "interactive" or "bulk"; `otherwise` where the caller says nothing.
// INVALID_ARGUMENT for anything else.
absl::StatusOr<batching::Priority> PriorityOf(
    const grpc::CallbackServerContext& context, batching::Priority otherwise);

// The request id and, for an error that says when to retry, that time.
// REQUIRES: called once, before the call is finished.
void AddTrailers(const absl::Status& status, const std::string& request_id,
                 grpc::CallbackServerContext& context);

}  // namespace clip::server

#endif  // SERVER_SERVICE_CALL_CONTEXT_H_

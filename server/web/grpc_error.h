#ifndef SERVER_WEB_GRPC_ERROR_H_
#define SERVER_WEB_GRPC_ERROR_H_

#include <grpcpp/support/status.h>

#include "server/web/http_message.h"

namespace clip::server {

// The answer that tells a person of the page why a call failed: the code by
// its gRPC name, the message as it is, the field where the error names one,
// and Retry-After where the error says when to come back.
// REQUIRES: `error` is not OK.
HttpResponse FromGrpcError(const grpc::Status& error);

}  // namespace clip::server

#endif  // SERVER_WEB_GRPC_ERROR_H_

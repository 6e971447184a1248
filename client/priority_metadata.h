#ifndef CLIENT_PRIORITY_METADATA_H_
#define CLIENT_PRIORITY_METADATA_H_

#include <grpcpp/client_context.h>

#include "client/priority.h"

namespace clip::client {

// Tells the server the priority of the call that `context` is for, which has
// not begun. kDefault tells nothing.
void AddPriority(Priority priority, grpc::ClientContext* context);

}  // namespace clip::client

#endif  // CLIENT_PRIORITY_METADATA_H_

#ifndef CLIENT_CHANNEL_H_
#define CLIENT_CHANNEL_H_

#include <grpcpp/channel.h>

#include <memory>

#include "client/clip_client_options.h"
#include "client/static_targets.h"

namespace clip::client {

// Both take the servers from `target`, which ResolveTarget has made of the
// options'.

// A channel for model calls: round robin over the target's addresses that say
// SERVING, so that calls leave a draining server before it stops. Connects in
// the background with the first call. `options` are valid.
//
// gRPC's own retry policy stays unset: ClipClient retries, in one place, where
// google.rpc.RetryInfo is read too and time can be injected. gRPC's transparent
// retries stay on; they resend only what no server has seen.
std::shared_ptr<grpc::Channel> NewServingChannel(
    const GrpcTarget& target, const ClipClientOptions& options);

// A channel for health checks: as above, but it also talks to a server that
// says NOT_SERVING, which the other one takes for unreachable.
std::shared_ptr<grpc::Channel> NewHealthChannel(
    const GrpcTarget& target, const ClipClientOptions& options);

}  // namespace clip::client

#endif  // CLIENT_CHANNEL_H_

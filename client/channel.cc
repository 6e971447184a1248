#include "client/channel.h"

#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>
#include <grpcpp/support/channel_arguments.h>

namespace clip::client {
namespace {

constexpr char kServingConfig[] = R"({
  "loadBalancingConfig": [{"round_robin": {}}],
  "healthCheckConfig": {"serviceName": ""}
})";

std::shared_ptr<grpc::ChannelCredentials> NewCredentials(
    const TlsOptions& tls) {
  if (!tls.enabled) return grpc::InsecureChannelCredentials();
  grpc::SslCredentialsOptions options;
  options.pem_root_certs = tls.root_certificates;
  return grpc::SslCredentials(options);
}

grpc::ChannelArguments NewArguments(const GrpcTarget& target,
                                    const ClipClientOptions& options) {
  grpc::ChannelArguments arguments;
  arguments.SetMaxReceiveMessageSize(options.max_message_bytes);
  arguments.SetMaxSendMessageSize(options.max_message_bytes);
  // Above this size, 256 KiB by default, a request is not kept for resending:
  // pictures would silently lose gRPC's transparent retries.
  arguments.SetInt(GRPC_ARG_PER_RPC_RETRY_BUFFER_SIZE,
                   options.max_message_bytes);
  // Finds a dead peer in 80 s, and no faster than servers allow pings.
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, 60'000);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, 20'000);
  // The default first wait of 1 s loses calls when two replicas restart one
  // after the other. The "minimum" stays at its default of 20 s: in spite of
  // its name it is how long one attempt to connect may take.
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, 200);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 5'000);
  // The service lives in the caller's own network: a proxy for the web, which
  // gRPC would take from the environment, does not lead there.
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  if (!target.authority.empty()) {
    arguments.SetString(GRPC_ARG_DEFAULT_AUTHORITY, target.authority);
  }
  // Channels do not share connections. One that takes over a connection which
  // has failed knows the failure without its error, and its first call goes on
  // without a connection and crashes (gRPC 1.51). And a load test of many
  // clients wants as many connections.
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  // A service config from DNS would replace ours.
  arguments.SetInt(GRPC_ARG_SERVICE_CONFIG_DISABLE_RESOLUTION, 1);
  return arguments;
}

}  // namespace

std::shared_ptr<grpc::Channel> NewServingChannel(
    const GrpcTarget& target, const ClipClientOptions& options) {
  grpc::ChannelArguments arguments = NewArguments(target, options);
  arguments.SetServiceConfigJSON(kServingConfig);
  return grpc::CreateCustomChannel(target.uri, NewCredentials(options.tls),
                                   arguments);
}

std::shared_ptr<grpc::Channel> NewHealthChannel(
    const GrpcTarget& target, const ClipClientOptions& options) {
  return grpc::CreateCustomChannel(target.uri, NewCredentials(options.tls),
                                   NewArguments(target, options));
}

}  // namespace clip::client

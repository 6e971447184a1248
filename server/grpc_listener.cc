#include "server/grpc_listener.h"

#include <fmt/format.h>
#include <grpc/compression.h>
#include <grpc/impl/codegen/grpc_types.h>
#include <grpcpp/ext/proto_server_reflection_plugin.h>
#include <grpcpp/health_check_service_interface.h>
#include <grpcpp/resource_quota.h>
#include <grpcpp/security/server_credentials.h>
#include <grpcpp/server_builder.h>

#include <algorithm>

#include "absl/time/time.h"

namespace clip::server {
namespace {

// Memory that the transport may hold for messages on their way. It is not
// bounded by the message limit: a client can send many at once.
constexpr size_t kMinQuotaBytes = size_t{64} << 20;
constexpr size_t kQuotaMessages = 8;
// Open calls of one connection; a client that wants more waits for its own.
// Without a limit, one connection can open streams until memory is gone.
constexpr int kMaxStreams = 128;
// A client that vanished is noticed after both; below 60 s, the usual
// keepalive of clients would be answered with too_many_pings.
constexpr absl::Duration kKeepaliveTime = absl::Seconds(60);
constexpr absl::Duration kKeepaliveTimeout = absl::Seconds(20);
constexpr absl::Duration kMinPingInterval = absl::Seconds(30);
// Idle connections hold a descriptor each.
constexpr absl::Duration kMaxIdle = absl::Minutes(15);
// Long-lived connections stay with one replica for ever: ending them after a
// while spreads the load again. The grace must be longer than any honest call,
// and an EncodeStream of millions of items goes on for hours.
constexpr absl::Duration kMaxAge = absl::Minutes(10);
constexpr absl::Duration kMaxAgeGrace = absl::Hours(24);
// gRPC's own limit is two minutes, in which half-open sockets pile up.
constexpr absl::Duration kHandshakeTimeout = absl::Seconds(5);

void SetMilliseconds(grpc::ServerBuilder& builder, const char* argument,
                     absl::Duration value) {
  builder.AddChannelArgument(
      argument, static_cast<int>(absl::ToInt64Milliseconds(value)));
}

void SetConnectionLimits(grpc::ServerBuilder& builder) {
  SetMilliseconds(builder, GRPC_ARG_KEEPALIVE_TIME_MS, kKeepaliveTime);
  SetMilliseconds(builder, GRPC_ARG_KEEPALIVE_TIMEOUT_MS, kKeepaliveTimeout);
  SetMilliseconds(builder,
                  GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS,
                  kMinPingInterval);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
  SetMilliseconds(builder, GRPC_ARG_MAX_CONNECTION_IDLE_MS, kMaxIdle);
  SetMilliseconds(builder, GRPC_ARG_MAX_CONNECTION_AGE_MS, kMaxAge);
  SetMilliseconds(builder, GRPC_ARG_MAX_CONNECTION_AGE_GRACE_MS, kMaxAgeGrace);
  SetMilliseconds(builder, GRPC_ARG_SERVER_HANDSHAKE_TIMEOUT_MS,
                  kHandshakeTimeout);
  builder.AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS, kMaxStreams);
  // A second server on the same port must fail, not share the calls.
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
}

void SetMemoryLimits(grpc::ServerBuilder& builder, size_t max_message_bytes) {
  builder.SetMaxReceiveMessageSize(static_cast<int>(max_message_bytes));
  builder.SetMaxSendMessageSize(static_cast<int>(max_message_bytes));
  // The message limit is applied after inflating: a megabyte on the wire can
  // be a gigabyte in memory.
  builder.SetCompressionAlgorithmSupportStatus(GRPC_COMPRESS_GZIP, false);
  builder.SetCompressionAlgorithmSupportStatus(GRPC_COMPRESS_DEFLATE, false);
  grpc::ResourceQuota quota("clip_server");
  quota.Resize(std::max(kMinQuotaBytes, kQuotaMessages * max_message_bytes));
  builder.SetResourceQuota(quota);
}

std::string HostOf(const std::string& address) {
  return address.substr(0, address.rfind(':'));
}

}  // namespace

absl::StatusOr<GrpcListener> StartGrpcListener(
    const GrpcListenerOptions& options, const GrpcServices& services) {
  grpc::EnableDefaultHealthCheckService(true);
  if (options.reflection) {
    // Servers built from now on have it; there is one server in a process.
    grpc::reflection::InitProtoReflectionServerBuilderPlugin();
  }
  GrpcListener listener;
  grpc::ServerBuilder builder;
  SetConnectionLimits(builder);
  SetMemoryLimits(builder, options.max_message_bytes);
  builder.AddListeningPort(options.address, grpc::InsecureServerCredentials(),
                           &listener.port);
  for (grpc::Service* service : services.services) {
    builder.RegisterService(service);
  }
  builder.RegisterCallbackGenericService(services.otherwise);
  listener.server = builder.BuildAndStart();
  if (listener.server == nullptr || listener.port == 0) {
    return absl::UnavailableError(fmt::format(
        "cannot listen on {}: the address is taken or is not of this machine",
        options.address));
  }
  return listener;
}

std::string WithPort(const std::string& listen_address, int port) {
  return fmt::format("{}:{}", HostOf(listen_address), port);
}

std::string LoopbackAddress(const std::string& listen_address, int port) {
  std::string host = HostOf(listen_address);
  if (host == "0.0.0.0") host = "127.0.0.1";
  if (host == "[::]") host = "[::1]";
  return fmt::format("{}:{}", host, port);
}

}  // namespace clip::server

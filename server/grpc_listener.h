#ifndef SERVER_GRPC_LISTENER_H_
#define SERVER_GRPC_LISTENER_H_

#include <grpcpp/generic/async_generic_service.h>
#include <grpcpp/impl/service_type.h>
#include <grpcpp/server.h>

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace clip::server {

struct GrpcListenerOptions {
  // HOST:PORT; port 0 picks a free one.
  std::string address;
  // Bytes of one message, both ways.
  size_t max_message_bytes = size_t{16} << 20;
  // Whether clients may list the services and their messages.
  bool reflection = true;
};

// A gRPC server that listens, with its health service.
struct GrpcListener {
  std::unique_ptr<grpc::Server> server;
  // The port that is really bound.
  int port = 0;
};

// What a gRPC server serves beside its health; must outlive it.
struct GrpcServices {
  std::vector<grpc::Service*> services;
  // Answers the methods that no service has.
  grpc::CallbackGenericService* otherwise = nullptr;
};

// Starts a gRPC server, hardened for a network that may not be friendly: see
// the settings in the source, each with its reason.
//
// UNAVAILABLE where the address cannot be had, for example because another
// process has it.
absl::StatusOr<GrpcListener> StartGrpcListener(
    const GrpcListenerOptions& options, const GrpcServices& services);

// The listen address with the port that is really bound.
std::string WithPort(const std::string& listen_address, int port);

// The address under which this machine reaches its own listener: the loopback
// where it listens everywhere.
std::string LoopbackAddress(const std::string& listen_address, int port);

}  // namespace clip::server

#endif  // SERVER_GRPC_LISTENER_H_

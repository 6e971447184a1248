#ifndef SERVER_SERVICE_UNSERVED_METHODS_H_
#define SERVER_SERVICE_UNSERVED_METHODS_H_

#include <grpcpp/generic/async_generic_service.h>

namespace clip::server {

// Answers every call of a method that no service has: UNIMPLEMENTED with the
// method's name, where gRPC's own answer has no word of it. The clients of a
// protocol of which a part is served then learn which part is not.
//
// Thread-safe. Must outlive the gRPC server.
class UnservedMethods final : public grpc::CallbackGenericService {
 public:
  grpc::ServerGenericBidiReactor* CreateReactor(
      grpc::GenericCallbackServerContext* context) override;
};

}  // namespace clip::server

#endif  // SERVER_SERVICE_UNSERVED_METHODS_H_

#include "server/service/unserved_methods.h"

#include "server/service/errors.h"
#include "server/service/grpc_status.h"

namespace clip::server {
namespace {

// Finished at once; deletes itself when gRPC is done with it.
class RefusalReactor final : public grpc::ServerGenericBidiReactor {
 public:
  explicit RefusalReactor(const grpc::Status& status) { Finish(status); }

 private:
  void OnDone() override { delete this; }
};

}  // namespace

grpc::ServerGenericBidiReactor* UnservedMethods::CreateReactor(
    grpc::GenericCallbackServerContext* context) {
  return new RefusalReactor(ToGrpcStatus(UnservedMethod(context->method())));
}

}  // namespace clip::server

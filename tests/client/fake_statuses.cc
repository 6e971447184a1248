#include "tests/client/fake_statuses.h"

#include <google/rpc/error_details.pb.h>
#include <google/rpc/status.pb.h>

namespace clip::client {
namespace {

grpc::Status WithDetail(grpc::StatusCode code, const std::string& message,
                        const google::protobuf::Message& detail) {
  google::rpc::Status rich;
  rich.set_code(code);
  rich.set_message(message);
  rich.add_details()->PackFrom(detail);
  return grpc::Status(code, message, rich.SerializeAsString());
}

}  // namespace

grpc::Status BadItemStatus(const std::string& path, const std::string& reason) {
  google::rpc::BadRequest detail;
  auto* violation = detail.add_field_violations();
  violation->set_field(path);
  violation->set_description(reason);
  return WithDetail(grpc::StatusCode::INVALID_ARGUMENT, path + ": " + reason,
                    detail);
}

grpc::Status FullStatus(int retry_after_milliseconds) {
  google::rpc::RetryInfo detail;
  detail.mutable_retry_delay()->set_seconds(retry_after_milliseconds / 1000);
  detail.mutable_retry_delay()->set_nanos(retry_after_milliseconds % 1000 *
                                          1'000'000);
  return WithDetail(grpc::StatusCode::RESOURCE_EXHAUSTED, "the queue is full",
                    detail);
}

}  // namespace clip::client

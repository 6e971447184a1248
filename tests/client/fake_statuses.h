#ifndef TESTS_CLIENT_FAKE_STATUSES_H_
#define TESTS_CLIENT_FAKE_STATUSES_H_

#include <grpcpp/support/status.h>

#include <string>

namespace clip::client {

// INVALID_ARGUMENT that blames one item, with google.rpc.BadRequest details.
grpc::Status BadItemStatus(const std::string& path, const std::string& reason);

// RESOURCE_EXHAUSTED with google.rpc.RetryInfo details.
grpc::Status FullStatus(int retry_after_milliseconds);

}  // namespace clip::client

#endif  // TESTS_CLIENT_FAKE_STATUSES_H_

#include "server/health/dial_health.h"

#include <gmock/gmock.h>
#include <grpcpp/health_check_service_interface.h>
#include <grpcpp/security/server_credentials.h>
#include <grpcpp/server.h>
#include <grpcpp/server_builder.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "clip/v1/clip.grpc.pb.h"
#include "tests/testing/status_matchers.h"

namespace clip::server {
namespace {

using ::clip::testing::IsOk;
using ::clip::testing::StatusIs;
using ::testing::HasSubstr;

class DialHealthTest : public ::testing::Test {
 protected:
  DialHealthTest() {
    grpc::EnableDefaultHealthCheckService(true);
    grpc::ServerBuilder builder;
    builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(),
                             &port_);
    // gRPC builds no server without a service of its own.
    builder.RegisterService(&service_);
    server_ = builder.BuildAndStart();
  }

  std::string address() const { return "127.0.0.1:" + std::to_string(port_); }

  v1::ClipService::CallbackService service_;
  int port_ = 0;
  std::unique_ptr<grpc::Server> server_;
};

TEST_F(DialHealthTest, AServerThatAnswersIsAlive) {
  EXPECT_THAT(DialHealth(address(), absl::Minutes(1)), IsOk());
}

TEST_F(DialHealthTest, AServerThatAnswersNotServingIsAlive) {
  server_->GetHealthCheckService()->SetServingStatus(false);
  EXPECT_THAT(DialHealth(address(), absl::Minutes(1)), IsOk());
}

TEST_F(DialHealthTest, AClosedPortIsNot) {
  const std::string closed = address();
  server_->Shutdown();
  EXPECT_THAT(DialHealth(closed, absl::Minutes(1)),
              StatusIs(absl::StatusCode::kUnavailable, HasSubstr(closed)));
}

}  // namespace
}  // namespace clip::server

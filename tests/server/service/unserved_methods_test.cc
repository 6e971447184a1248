#include "server/service/unserved_methods.h"

#include <gmock/gmock.h>
#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/server.h>
#include <grpcpp/server_builder.h>
#include <gtest/gtest.h>

#include <future>
#include <memory>
#include <string>

namespace clip::server {
namespace {

using ::testing::EndsWith;

class UnservedMethodsTest : public ::testing::Test {
 protected:
  UnservedMethodsTest() {
    grpc::ServerBuilder builder;
    builder.RegisterCallbackGenericService(&unserved_);
    server_ = builder.BuildAndStart();
    channel_ = server_->InProcessChannel(grpc::ChannelArguments());
  }
  ~UnservedMethodsTest() override { server_->Shutdown(); }

  grpc::Status Call(const std::string& method, const std::string& bytes) {
    grpc::GenericStub stub(channel_);
    grpc::ClientContext context;
    const grpc::Slice slice(bytes);
    const grpc::ByteBuffer request(&slice, 1);
    grpc::ByteBuffer response;
    std::promise<grpc::Status> done;
    stub.UnaryCall(&context, method, grpc::StubOptions(), &request, &response,
                   [&done](grpc::Status status) { done.set_value(status); });
    return done.get_future().get();
  }

  UnservedMethods unserved_;
  std::unique_ptr<grpc::Server> server_;
  std::shared_ptr<grpc::Channel> channel_;
};

TEST_F(UnservedMethodsTest, AreUnimplementedByName) {
  const std::string method = "/inference.GRPCInferenceService/RepositoryIndex";
  for (const std::string& bytes :
       {std::string(), std::string(100000, '\xFF')}) {
    const grpc::Status status = Call(method, bytes);
    EXPECT_EQ(status.error_code(), grpc::StatusCode::UNIMPLEMENTED);
    EXPECT_EQ(status.error_message(), method + " is not served here");
  }
}

TEST_F(UnservedMethodsTest, ALongNameIsCut) {
  const grpc::Status status = Call("/a/" + std::string(3000, 'x'), "");
  EXPECT_EQ(status.error_code(), grpc::StatusCode::UNIMPLEMENTED);
  EXPECT_THAT(status.error_message(), EndsWith("xxx... is not served here"));
  EXPECT_LT(status.error_message().size(), 100U);
}

}  // namespace
}  // namespace clip::server

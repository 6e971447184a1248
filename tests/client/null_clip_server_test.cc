#include "tests/client/null_clip_server.h"

#include <gmock/gmock.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>

#include "client/clip_client.h"
#include "tests/testing/status_matchers.h"

namespace clip::client {
namespace {

using ::clip::testing::IsOk;
using ::clip::testing::StatusIs;
using ::testing::SizeIs;

std::unique_ptr<ClipClient> NewClientOf(const NullClipServer& server) {
  ClipClientOptions options;
  options.target = server.address();
  options.retry.max_attempts = 1;
  return *ClipClient::Create(std::move(options));
}

TEST(NullClipServerTest, AnswersEveryItem) {
  NullServerOptions options;
  options.dimensions = 8;
  const auto server = NullClipServer::Create(options);
  ASSERT_THAT(server, IsOk());
  const auto client = NewClientOf(**server);
  const auto texts = client->EncodeText({"", {"a", "b"}, {}, {}});
  ASSERT_THAT(texts, IsOk());
  EXPECT_THAT(texts->embeddings, SizeIs(2));
  const auto images =
      client->EncodeImage({"", {EncodedImage{"any bytes"}}, {}});
  ASSERT_THAT(images, IsOk());
  EXPECT_THAT(images->embeddings[0].values, SizeIs(8));
}

TEST(NullClipServerTest, AnswersTheItemsOfAStream) {
  const auto server = NullClipServer::Create({});
  ASSERT_THAT(server, IsOk());
  const auto stub = v1::ClipService::NewStub(grpc::CreateChannel(
      (*server)->address(), grpc::InsecureChannelCredentials()));
  grpc::ClientContext context;
  const auto stream = stub->EncodeStream(&context);
  for (uint64_t id = 7; id < 10; ++id) {
    v1::EncodeRequest request;
    request.set_id(id);
    request.set_text("a");
    ASSERT_TRUE(stream->Write(request));
    v1::EncodeResponse response;
    ASSERT_TRUE(stream->Read(&response));
    EXPECT_EQ(response.id(), id);
    EXPECT_EQ(response.embedding().values_size(), 512);
  }
  stream->WritesDone();
  v1::EncodeResponse response;
  EXPECT_FALSE(stream->Read(&response));
  EXPECT_TRUE(stream->Finish().ok());
}

TEST(NullClipServerTest, HoldsTheCallsThatComeWhileItStandsStill) {
  NullServerOptions options;
  options.stall = absl::Hours(1);
  const auto server = NullClipServer::Create(options);
  ASSERT_THAT(server, IsOk());
  const auto client = NewClientOf(**server);
  CallOptions call;
  call.deadline = absl::Milliseconds(100);
  EXPECT_THAT(client->EncodeText({"", {"a"}, {}, {}}, call),
              StatusIs(absl::StatusCode::kDeadlineExceeded));
}

}  // namespace
}  // namespace clip::client

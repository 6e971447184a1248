// How a stream of EncodeStream ends.
#include <gmock/gmock.h>
#include <grpcpp/client_context.h>
#include <grpcpp/generic/generic_stub.h>
#include <gtest/gtest.h>

#include <chrono>
#include <future>
#include <optional>
#include <string>

#include "clip/v1/clip.grpc.pb.h"
#include "tests/server/service/encode_stream_fixture.h"
#include "tests/testing/fake_pipeline.h"

namespace clip::server {
namespace {

using ::testing::HasSubstr;

using EncodeStreamEndTest = EncodeStreamFixture;

TEST_F(EncodeStreamEndTest, AMalformedMessageEndsTheStreamAfterTheReplies) {
  pipeline_.set_handler(held_.Handler());
  Start();
  grpc::GenericStub generic(channel());
  grpc::CompletionQueue queue;
  const auto call = generic.PrepareCall(
      &context_, "/clip.v1.ClipService/EncodeStream", &queue);
  const auto await = [&queue] {
    void* tag = nullptr;
    bool ok = false;
    return queue.Next(&tag, &ok) && ok;
  };
  const auto send = [&](const std::string& bytes) {
    const grpc::Slice slice(bytes);
    call->Write(grpc::ByteBuffer(&slice, 1), nullptr);
    ASSERT_TRUE(await());
  };
  call->StartCall(nullptr);
  ASSERT_TRUE(await());
  send(Text(1).SerializeAsString());
  held_.AwaitCalls(1);
  held_.LetIn(0);
  send("\xff no message");
  held_.Answer(0, 1.0F);
  grpc::ByteBuffer reply;
  call->Read(&reply, nullptr);
  ASSERT_TRUE(await());
  call->Read(&reply, nullptr);
  EXPECT_FALSE(await());
  grpc::Status status;
  call->Finish(&status, nullptr);
  ASSERT_TRUE(await());
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_THAT(status.error_message(), HasSubstr("clip.v1.EncodeRequest"));
}

TEST_F(EncodeStreamEndTest, AnUnknownModelAndBadOptionsEndTheStream) {
  auto stream = Open();
  v1::EncodeRequest request = Text(1);
  request.set_model("other");
  stream->Write(request);
  EXPECT_EQ(Close(*stream).error_code(), grpc::StatusCode::NOT_FOUND);
  grpc::ClientContext context;
  stream = stub().EncodeStream(&context);
  request = Text(1);
  request.mutable_options()->set_dimensions(3);
  stream->Write(request);
  EXPECT_EQ(Close(*stream).error_code(), grpc::StatusCode::INVALID_ARGUMENT);
}

TEST_F(EncodeStreamEndTest, ACancelledStreamEndsAtOnceAndTellsItsItems) {
  pipeline_.set_handler(held_.Handler());
  const auto stream = Open();
  stream->Write(Text(1));
  held_.AwaitCalls(1);
  observer_.AwaitOpen(1);
  context_.TryCancel();
  EXPECT_EQ(observer_.AwaitEnd(), absl::StatusCode::kCancelled);
  // It was taken, not refused.
  EXPECT_EQ(observer_.rejected(), std::nullopt);
  EXPECT_TRUE(held_.options(0).cancellation->IsCancelled());
  observer_.AwaitOpen(0);
  // Its end comes to nobody.
  held_.Fail(0, absl::CancelledError("gone"));
  EXPECT_EQ(stream->Finish().error_code(), grpc::StatusCode::CANCELLED);
}

TEST_F(EncodeStreamEndTest, ADeadlineIsTheItemsDeadlineAndEndsTheStream) {
  pipeline_.set_handler(held_.Handler());
  // Long enough for an item to arrive on a machine that is held up.
  context_.set_deadline(std::chrono::system_clock::now() +
                        std::chrono::seconds(2));
  const auto stream = Open();
  stream->Write(Text(1));
  held_.AwaitCalls(1);
  EXPECT_LT(held_.options(0).deadline, absl::InfiniteFuture());
  EXPECT_EQ(stream->Finish().error_code(), grpc::StatusCode::DEADLINE_EXCEEDED);
  EXPECT_EQ(observer_.AwaitEnd(), absl::StatusCode::kDeadlineExceeded);
}

TEST_F(EncodeStreamEndTest, ADrainAnswersWhatWasTakenThenSaysUnavailable) {
  pipeline_.set_handler(held_.Handler());
  const auto stream = Open();
  stream->Write(Text(1));
  held_.AwaitCalls(1);
  held_.LetIn(0);
  gate().Close();
  service().DrainStreams();
  std::future<bool> late = WriteInBackground(*stream, Text(2));
  held_.Answer(0, 1.0F);
  EXPECT_EQ(Read(*stream).id(), 1U);
  v1::EncodeResponse response;
  EXPECT_FALSE(stream->Read(&response));
  EXPECT_EQ(stream->Finish().error_code(), grpc::StatusCode::UNAVAILABLE);
  EXPECT_EQ(held_.calls(), 1U);
  EXPECT_TRUE(gate().WaitUntilIdle(absl::InfiniteFuture()));
}

TEST_F(EncodeStreamEndTest, ADrainEndsAnIdleStream) {
  const auto stream = Open();
  stream->Write(Text(1));
  Read(*stream);
  service().DrainStreams();
  v1::EncodeResponse response;
  EXPECT_FALSE(stream->Read(&response));
  EXPECT_EQ(stream->Finish().error_code(), grpc::StatusCode::UNAVAILABLE);
}

}  // namespace
}  // namespace clip::server

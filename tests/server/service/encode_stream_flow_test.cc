// What EncodeStream takes, and when.
#include <gmock/gmock.h>
#include <grpcpp/client_context.h>
#include <gtest/gtest.h>

#include <future>
#include <set>

#include "clip/v1/clip.grpc.pb.h"
#include "tests/server/service/encode_stream_fixture.h"
#include "tests/testing/fake_pipeline.h"

namespace clip::server {
namespace {

using ::testing::ElementsAre;

using EncodeStreamFlowTest = EncodeStreamFixture;

TEST_F(EncodeStreamFlowTest, ItemsAreBulkWorkThatWaitsForRoom) {
  pipeline_.set_handler(held_.Handler());
  const auto stream = Open();
  stream->Write(Text(1));
  held_.AwaitCalls(1);
  EXPECT_EQ(held_.options(0).priority, batching::Priority::kBulk);
  // The second item is not taken before the first is let in.
  std::future<bool> second = WriteInBackground(*stream, Text(2));
  EXPECT_EQ(held_.calls(), 1U);
  held_.LetIn(0);
  held_.AwaitCalls(2);
  EXPECT_TRUE(second.get());
  // Nor is anything lost where an item ends without having been let in.
  std::future<bool> third = WriteInBackground(*stream, Text(3));
  held_.Fail(1, absl::UnavailableError("gone"));
  held_.AwaitCalls(3);
  EXPECT_TRUE(third.get());
  held_.Answer(0, 1.0F);
  held_.Answer(2, 1.0F);
  std::set<uint64_t> ids;
  for (int i = 0; i < 3; ++i) ids.insert(Read(*stream).id());
  EXPECT_THAT(ids, ElementsAre(1U, 2U, 3U));
  EXPECT_TRUE(Close(*stream).ok());
}

TEST_F(EncodeStreamFlowTest, AStreamMayAskForAnotherPriority) {
  pipeline_.set_handler(held_.Handler());
  context_.AddMetadata("x-clip-priority", "interactive");
  const auto stream = Open();
  stream->Write(Text(1));
  held_.AwaitCalls(1);
  EXPECT_EQ(held_.options(0).priority, batching::Priority::kInteractive);
  held_.Answer(0, 1.0F);
  Read(*stream);
  EXPECT_TRUE(Close(*stream).ok());
  grpc::ClientContext unknown;
  unknown.AddMetadata("x-clip-priority", "urgent");
  EXPECT_EQ(stub().EncodeStream(&unknown)->Finish().error_code(),
            grpc::StatusCode::INVALID_ARGUMENT);
}

TEST_F(EncodeStreamFlowTest, TakesNoMoreItemsThanTheLimitUntilOneIsAnswered) {
  limits_.stream.max_items = 2;
  pipeline_.set_handler(held_.Handler());
  const auto stream = Open();
  for (size_t i = 0; i < 2; ++i) {
    stream->Write(Text(i));
    held_.AwaitCalls(i + 1);
    held_.LetIn(i);
  }
  std::future<bool> third = WriteInBackground(*stream, Text(2));
  EXPECT_EQ(held_.calls(), 2U);
  held_.Answer(0, 1.0F);
  Read(*stream);
  held_.AwaitCalls(3);
  EXPECT_TRUE(third.get());
  held_.Answer(1, 1.0F);
  held_.Answer(2, 1.0F);
  Read(*stream);
  Read(*stream);
  EXPECT_TRUE(Close(*stream).ok());
}

TEST_F(EncodeStreamFlowTest, TurnsStreamsAwayThatAreTooManyOrTooLate) {
  limits_.stream.max_streams = 1;
  const auto first = Open();
  observer_.AwaitOpen(1);
  grpc::ClientContext second_context;
  const auto second = stub().EncodeStream(&second_context);
  EXPECT_EQ(second->Finish().error_code(),
            grpc::StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_EQ(second_context.GetServerTrailingMetadata().count(
                "grpc-retry-pushback-ms"),
            1U);
  EXPECT_EQ(observer_.rejected(), RejectReason::kQueueFull);
  gate().Close();
  grpc::ClientContext third_context;
  const auto third = stub().EncodeStream(&third_context);
  EXPECT_EQ(third->Finish().error_code(), grpc::StatusCode::UNAVAILABLE);
  EXPECT_TRUE(Close(*first).ok());
}

}  // namespace
}  // namespace clip::server

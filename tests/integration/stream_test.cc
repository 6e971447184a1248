// EncodeStream through a whole server over a real port.
#include <gmock/gmock.h>
#include <grpcpp/support/sync_stream.h>
#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "tests/integration/server_fixture.h"

namespace clip::testing {
namespace {

constexpr char kImageQueue[] = "clip_queue_items{tower=\"image\"}";
constexpr char kStreams[] = "clip_streams";
constexpr char kItemsOk[] = "clip_stream_items_total{code=\"OK\"}";

class StreamTest : public ServerFixture {
 protected:
  using Stream =
      grpc::ClientReaderWriter<v1::EncodeRequest, v1::EncodeResponse>;

  static v1::EncodeRequest Item(uint64_t id) {
    v1::EncodeRequest request;
    request.set_id(id);
    *request.mutable_image() = PixelsOf(static_cast<float>(id));
    return request;
  }

  // Reads to the end; id -> first value of the embedding.
  static std::map<uint64_t, float> ReadAll(Stream& stream) {
    std::map<uint64_t, float> values;
    v1::EncodeResponse response;
    while (stream.Read(&response)) {
      EXPECT_TRUE(response.has_embedding()) << response.ShortDebugString();
      EXPECT_TRUE(
          values.emplace(response.id(), response.embedding().values(0)).second);
    }
    return values;
  }

  grpc::ClientContext context_;
};

TEST_F(StreamTest, EveryItemHasItsOwnEmbeddingHoweverTheyAreBatched) {
  constexpr int kItems = 5000;
  config().pipeline.admission.max_queue_items = 64;
  config().limits.stream.max_items = 100;
  StartServer();
  const auto stream = stub().EncodeStream(&context_);
  std::thread writer([&stream] {
    for (int id = 1; id <= kItems; ++id) {
      v1::EncodeRequest request = Item(id);
      if (id == 1) request.mutable_options()->set_normalize(false);
      ASSERT_TRUE(stream->Write(request));
    }
    stream->WritesDone();
  });
  const std::map<uint64_t, float> values = ReadAll(*stream);
  writer.join();
  ASSERT_TRUE(stream->Finish().ok());
  ASSERT_EQ(values.size(), static_cast<size_t>(kItems));
  for (const auto& [id, value] : values) {
    ASSERT_EQ(value, static_cast<float>(id));
  }
  EXPECT_EQ(Metric(kItemsOk), kItems);
  EXPECT_EQ(Metric("clip_requests_total{code=\"OK\",method=\"EncodeStream\"}"),
            1);
  EXPECT_EQ(Metric("clip_rejected_total{reason=\"queue_full\"}"), 0);
}

TEST_F(StreamTest, AFullServerHoldsAStreamBackAndStillServesACall) {
  config().pipeline.admission.max_queue_items = 16;
  StartServer();
  encoder().CloseGate();
  const auto stream = stub().EncodeStream(&context_);
  constexpr int kItems = 40;
  for (int id = 1; id <= kItems; ++id) ASSERT_TRUE(stream->Write(Item(id)));
  stream->WritesDone();
  encoder().AwaitAtGate(1);
  PendingCall call(stub(), ImageRequest(7));
  encoder().OpenGate();
  EXPECT_TRUE(call.status().ok()) << call.status().error_message();
  EXPECT_EQ(ReadAll(*stream).size(), static_cast<size_t>(kItems));
  EXPECT_TRUE(stream->Finish().ok());
}

TEST_F(StreamTest, ADrainFinishesWhatTheStreamsHaveSent) {
  StartServer();
  encoder().CloseGate();
  const auto stream = stub().EncodeStream(&context_);
  // The first is alone in its batch; the others wait behind it.
  ASSERT_TRUE(stream->Write(Item(1)));
  encoder().AwaitAtGate(1);
  for (int id = 2; id <= 9; ++id) ASSERT_TRUE(stream->Write(Item(id)));
  AwaitMetric(kImageQueue, 8);
  std::future<void> drained = DrainInBackground();
  // The stream is told; items that come now are not taken.
  encoder().OpenGate();
  EXPECT_EQ(ReadAll(*stream).size(), 9U);
  const grpc::Status status = stream->Finish();
  EXPECT_EQ(status.error_code(), grpc::StatusCode::UNAVAILABLE);
  drained.get();
}

TEST_F(StreamTest, AClientThatDoesNotReadIsHeldBackAndCannotHoldTheShutdown) {
  config().shutdown_grace = absl::Seconds(3);
  StartServer();
  const auto stream = stub().EncodeStream(&context_);
  int written = 0;
  // Only the end of the stream ends it: nobody reads the replies.
  std::thread writer([&] {
    while (stream->Write(Item(++written))) {
    }
  });
  while (Metric(kItemsOk) < 1000) std::this_thread::yield();
  DrainInBackground().get();
  // A client that does not read does not even see the end.
  context_.TryCancel();
  writer.join();
  EXPECT_FALSE(stream->Finish().ok());
}

TEST_F(StreamTest, ACancelledStreamLeavesNothingBehind) {
  StartServer();
  encoder().CloseGate();
  const auto stream = stub().EncodeStream(&context_);
  // The first is alone in its batch; the others wait behind it.
  ASSERT_TRUE(stream->Write(Item(1)));
  encoder().AwaitAtGate(1);
  for (int id = 2; id <= 9; ++id) ASSERT_TRUE(stream->Write(Item(id)));
  AwaitMetric(kImageQueue, 8);
  context_.TryCancel();
  AwaitMetric(kStreams, 0);
  encoder().OpenGate();
  AwaitMetric(kImageQueue, 0);
  EXPECT_EQ(stream->Finish().error_code(), grpc::StatusCode::CANCELLED);
  AwaitMetric("clip_requests_total{code=\"CANCELLED\",method=\"EncodeStream\"}",
              1);
  PendingCall call(stub(), ImageRequest(7));
  EXPECT_TRUE(call.status().ok());
}

}  // namespace
}  // namespace clip::testing

// When EncodeStream takes an item, and when it does not.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>
#include <future>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "client/clip_client.h"
#include "tests/client/encode_stream_fixture.h"
#include "tests/client/fake_clip_server.h"
#include "tests/client/gate.h"
#include "tests/testing/status_matchers.h"

namespace clip::client {
namespace {

using ::clip::testing::IsOk;
using ::clip::testing::StatusIs;
using ::testing::ElementsAre;

using EncodeStreamFlowTest = EncodeStreamFixture;

TEST_F(EncodeStreamFlowTest, ASlowCallerHoldsTheWritesBack) {
  Gate taken;
  Gate gate;
  std::vector<uint64_t> order;
  client_ = ClipClient::Create(ClientOptions()).value();
  StreamOptions options;
  options.max_items = 4;
  const auto stream =
      client_
          ->OpenStream(options,
                       [&](uint64_t id, const absl::StatusOr<StreamReply>&) {
                         if (order.empty()) {
                           taken.Open();
                           gate.Wait();
                         }
                         order.push_back(id);
                       })
          .value();
  WriteTexts(*stream, 4);
  taken.Wait();
  StreamItem item{9, std::string("kept")};
  EXPECT_EQ(stream->Write(std::move(item), absl::InfinitePast()).value(),
            false);
  // What is not taken is not moved from, as the contract says.
  // NOLINTBEGIN(bugprone-use-after-move)
  EXPECT_EQ(std::get<std::string>(item.content), "kept");
  EXPECT_EQ(stream->Write(std::move(item), absl::Now() + absl::Milliseconds(5))
                .value(),
            false);
  gate.Open();
  EXPECT_EQ(stream->Write(std::move(item)).value(), true);
  // NOLINTEND(bugprone-use-after-move)
  EXPECT_THAT(stream->Finish(), IsOk());
  EXPECT_THAT(order, ElementsAre(0, 1, 2, 3, 9));
}

TEST_F(EncodeStreamFlowTest, BytesInFlightAreBounded) {
  const auto gate = HoldStream();
  StreamOptions options;
  options.max_bytes = 10'000;
  const auto stream = Open(options);
  const auto write = [&](uint64_t id, size_t bytes) {
    return stream
        ->Write({id, EncodedImage{std::string(bytes, 'a')}},
                absl::InfinitePast())
        .value();
  };
  // One that is larger than the bound goes out alone.
  EXPECT_TRUE(write(0, 20'000));
  EXPECT_FALSE(write(1, 1));
  gate->Open();
  answers_.Await(1);
  EXPECT_TRUE(write(1, 4000));
  EXPECT_THAT(stream->Finish(), IsOk());
}

TEST_F(EncodeStreamFlowTest, CancelWakesAWriterThatWaits) {
  const auto gate = HoldStream();
  StreamOptions options;
  options.max_items = 1;
  const auto stream = Open(options);
  WriteTexts(*stream, 1);
  auto written = std::async(std::launch::async,
                            [&] { return stream->Write(Text(1)).status(); });
  server_.AwaitItems(1);
  stream->Cancel();
  EXPECT_THAT(written.get(), StatusIs(absl::StatusCode::kCancelled));
  gate->Open();
}

TEST_F(EncodeStreamFlowTest, AnAnswerMayWriteAndClose) {
  client_ = ClipClient::Create(ClientOptions()).value();
  EncodeStream* self = nullptr;
  Gate ready;
  Gate closed;
  std::vector<uint64_t> order;
  const auto take = [&](uint64_t id, const absl::StatusOr<StreamReply>&) {
    ready.Wait();
    order.push_back(id);
    if (id < 3) {
      self->Write(Text(id + 1), absl::InfinitePast()).IgnoreError();
    } else {
      self->Close();
      closed.Open();
    }
  };
  const auto stream = client_->OpenStream({}, take).value();
  self = stream.get();
  ready.Open();
  ASSERT_THAT(stream->Write(Text(0)), IsOk());
  closed.Wait();
  EXPECT_THAT(stream->Finish(), IsOk());
  EXPECT_THAT(order, ElementsAre(0, 1, 2, 3));
}

TEST_F(EncodeStreamFlowTest, NothingCanBeWrittenAfterClose) {
  const auto stream = Open();
  WriteTexts(*stream, 1);
  stream->Close();
  EXPECT_THAT(stream->Write(Text(1)),
              StatusIs(absl::StatusCode::kFailedPrecondition));
  EXPECT_THAT(stream->Finish(), IsOk());
  EXPECT_THAT(stream->Finish(), IsOk());
}

TEST_F(EncodeStreamFlowTest, ManyItemsGoThroughASmallWindowAndManyBreaks) {
  constexpr uint64_t kItems = 20'000;
  std::deque<ScriptedStream> breaks(15, {997, kUnavailable});
  server_.ScriptStreams(breaks);
  StreamOptions options;
  options.max_items = 64;
  const auto stream = Open(options);
  WriteTexts(*stream, kItems);
  EXPECT_THAT(stream->Finish(), IsOk());
  ExpectAllAnswered(kItems);
  EXPECT_EQ(stream->counts().streams, 16U);
}

}  // namespace
}  // namespace clip::client

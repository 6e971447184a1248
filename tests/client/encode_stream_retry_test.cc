// What EncodeStream sends again, and how often.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>
#include <future>
#include <memory>
#include <string>

#include "absl/time/time.h"
#include "client/clip_client.h"
#include "tests/client/encode_stream_fixture.h"
#include "tests/client/fake_clip_server.h"
#include "tests/client/fake_statuses.h"
#include "tests/client/gate.h"
#include "tests/testing/status_matchers.h"

namespace clip::client {
namespace {

using ::clip::testing::IsOk;
using ::clip::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

using EncodeStreamRetryTest = EncodeStreamFixture;

TEST_F(EncodeStreamRetryTest, ABreakSendsTheUnansweredAgain) {
  // Read and unread items are in flight when it breaks, one answer came.
  ScriptedStream breaks{1, kUnavailable};
  breaks.read_ahead = 4;
  server_.ScriptStreams({breaks});
  const auto stream = Open();
  WriteTexts(*stream, 8);
  EXPECT_THAT(stream->Finish(), IsOk());
  ExpectAllAnswered(8);
  EXPECT_THAT(server_.streams(), SizeIs(2));
  EXPECT_EQ(server_.streams()[1].size(), 7U);
  EXPECT_EQ(stream->counts().streams, 2U);
  EXPECT_GE(stream->counts().resent, 3U);
  EXPECT_THAT(clock_->waits(), ElementsAre(absl::Milliseconds(50)));
}

TEST_F(EncodeStreamRetryTest, GoesOnAfterEachStatusThatMayBeRetried) {
  // All items are in flight before the first break.
  ScriptedStream first{1, kUnavailable};
  first.read_ahead = 10;
  server_.ScriptStreams({first,
                         {1, {grpc::StatusCode::CANCELLED, "going away"}},
                         {1, FullStatus(300)},
                         {1, FullStatus(300), "700"},
                         {1, grpc::Status::OK}});
  StreamOptions options;
  options.max_item_sends = 100;
  const auto stream = Open(options);
  WriteTexts(*stream, 10);
  EXPECT_THAT(stream->Finish(), IsOk());
  ExpectAllAnswered(10);
  EXPECT_THAT(server_.streams(), SizeIs(6));
  EXPECT_THAT(clock_->waits(),
              ElementsAre(absl::Milliseconds(50), absl::Milliseconds(50),
                          absl::Milliseconds(300), absl::Milliseconds(700),
                          absl::Milliseconds(50)));
}

TEST_F(EncodeStreamRetryTest, AnAnswerMakesTheAttemptsCountAnew) {
  server_.ScriptStreams(std::deque<ScriptedStream>(9, {1, kUnavailable}));
  StreamOptions options = Attempts(2);
  options.max_item_sends = 100;
  const auto stream = Open(options);
  WriteTexts(*stream, 12);
  EXPECT_THAT(stream->Finish(), IsOk());
  ExpectAllAnswered(12);
  EXPECT_THAT(server_.streams(), SizeIs(10));
}

TEST_F(EncodeStreamRetryTest, GivesUpAfterTheLastAttemptWithoutAnAnswer) {
  server_.ScriptStreams(std::deque<ScriptedStream>(9, {0, kUnavailable}));
  const auto stream = Open(Attempts(3));
  ASSERT_THAT(stream->Write(Text(0)), IsOk());
  answers_.Await(1);
  EXPECT_THAT(answers_.of(0), StatusIs(absl::StatusCode::kUnavailable));
  EXPECT_THAT(stream->Write(Text(1)), StatusIs(absl::StatusCode::kUnavailable));
  EXPECT_THAT(stream->Finish(),
              StatusIs(absl::StatusCode::kUnavailable, HasSubstr("draining")));
  EXPECT_EQ(stream->counts().streams, 3U);
  EXPECT_THAT(clock_->waits(),
              ElementsAre(absl::Milliseconds(50), absl::Milliseconds(100)));
}

TEST_F(EncodeStreamRetryTest, AnItemThatNeverComesBackFailsAlone) {
  ScriptedStream breaks{1, kUnavailable};
  breaks.ignored = "x";
  server_.ScriptStreams({breaks, breaks, breaks});
  StreamOptions options;
  options.max_item_sends = 2;
  const auto stream = Open(options);
  ASSERT_THAT(stream->Write({100, std::string("x")}), IsOk());
  // One at a time, so that no other one is out as often.
  for (uint64_t id = 0; id < 4; ++id) {
    ASSERT_THAT(stream->Write(Text(id)), IsOk());
    answers_.Await(id + 1);
  }
  EXPECT_THAT(stream->Finish(), IsOk());
  EXPECT_THAT(answers_.of(100), StatusIs(absl::StatusCode::kUnavailable));
  for (uint64_t id = 0; id < 4; ++id) EXPECT_THAT(answers_.of(id), IsOk());
}

TEST_F(EncodeStreamRetryTest, AnItemThatTheServerGivesBackIsSentAgain) {
  ScriptedStream draining{2, kUnavailable};
  draining.given_back = "x";
  server_.ScriptStreams({draining});
  StreamOptions options;
  options.max_item_sends = 10;
  const auto stream = Open(options);
  ASSERT_THAT(stream->Write({1, std::string("x")}), IsOk());
  EXPECT_THAT(stream->Finish(), IsOk());
  EXPECT_THAT(answers_.of(1), IsOk());
  EXPECT_EQ(stream->counts().streams, 2U);
}

TEST_F(EncodeStreamRetryTest, AnItemThatIsGivenBackEachTimeFailsAlone) {
  ScriptedStream gives_back;
  gives_back.given_back = "x";
  server_.ScriptStreams({gives_back});
  const auto stream = Open();
  ASSERT_THAT(stream->Write({1, std::string("x")}), IsOk());
  ASSERT_THAT(stream->Write(Text(2)), IsOk());
  EXPECT_THAT(stream->Finish(), IsOk());
  EXPECT_THAT(answers_.of(1), StatusIs(absl::StatusCode::kUnavailable));
  EXPECT_THAT(answers_.of(2), IsOk());
  EXPECT_THAT(answers_.order(), SizeIs(2));
}

TEST_F(EncodeStreamRetryTest, AnotherServerTakesOverFromOneThatGoes) {
  auto first = std::make_unique<FakeClipServer>();
  ClipClientOptions options = ClientOptions();
  options.target = first->address() + "," + server_.address();
  client_ = ClipClient::Create(options).value();
  // Held until the server is going away; its items have no answer then.
  const auto gate = std::make_shared<Gate>();
  ScriptedStream held;
  held.gate = gate;
  first->ScriptStreams({held});
  server_.ScriptStreams({held});
  const auto stream = client_->OpenStream({}, answers_.Taker()).value();
  WriteTexts(*stream, 5);
  stream->Close();
  // Whichever of the two has it, the first one goes.
  auto gone = std::async(std::launch::async, [&] { first.reset(); });
  gate->Open();
  gone.get();
  EXPECT_THAT(stream->Finish(), IsOk());
  ExpectAllAnswered(5);
}

}  // namespace
}  // namespace clip::client

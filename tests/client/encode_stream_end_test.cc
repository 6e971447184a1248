// What ends an EncodeStream before all is answered.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "absl/time/time.h"
#include "tests/client/encode_stream_fixture.h"
#include "tests/client/fake_clip_server.h"
#include "tests/client/fake_retry_clock.h"
#include "tests/client/fake_statuses.h"
#include "tests/client/gate.h"
#include "tests/testing/status_matchers.h"

namespace clip::client {
namespace {

using ::clip::testing::IsOk;
using ::clip::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

using EncodeStreamEndTest = EncodeStreamFixture;

TEST_F(EncodeStreamEndTest, AStatusThatNothingCuresEndsTheStream) {
  server_.ScriptStreams({{0, {grpc::StatusCode::NOT_FOUND, "no such model"}}});
  const auto stream = Open();
  ASSERT_THAT(stream->Write(Text(0)), IsOk());
  EXPECT_THAT(stream->Finish(), StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(answers_.of(0), StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(server_.streams(), SizeIs(1));
  EXPECT_THAT(clock_->waits(), IsEmpty());
}

TEST_F(EncodeStreamEndTest, APushbackThatForbidsRetriesEndsTheStream) {
  server_.ScriptStreams({{0, FullStatus(300), "-1"}});
  const auto stream = Open();
  ASSERT_THAT(stream->Write(Text(0)), IsOk());
  EXPECT_THAT(stream->Finish(), StatusIs(absl::StatusCode::kResourceExhausted));
  EXPECT_THAT(server_.streams(), SizeIs(1));
}

TEST_F(EncodeStreamEndTest, OtherWeightsAfterABreakEndTheStream) {
  ScriptedStream first{1, kUnavailable};
  ScriptedStream second;
  second.checksum = 'b';
  server_.ScriptStreams({first, second});
  const auto stream = Open();
  WriteTexts(*stream, 2);
  EXPECT_THAT(stream->Finish(), StatusIs(absl::StatusCode::kFailedPrecondition,
                                         HasSubstr("weights")));
  EXPECT_THAT(answers_.order(), ElementsAre(0, 1));
  EXPECT_THAT(answers_.of(0), IsOk());
  EXPECT_THAT(answers_.of(1), StatusIs(absl::StatusCode::kFailedPrecondition));
}

TEST_F(EncodeStreamEndTest, ASecondAnswerNeverReachesTheCaller) {
  ScriptedStream twice;
  twice.answered_twice = "x";
  server_.ScriptStreams({twice});
  const auto stream = Open();
  ASSERT_THAT(stream->Write({1, std::string("x")}), IsOk());
  answers_.Await(1);
  ASSERT_THAT(
      stream->Write({2, std::string("x")}).status().code(),
      ::testing::AnyOf(absl::StatusCode::kOk, absl::StatusCode::kInternal));
  EXPECT_THAT(stream->Finish(),
              StatusIs(absl::StatusCode::kInternal, HasSubstr("not out")));
  EXPECT_THAT(answers_.of(1), IsOk());
  EXPECT_LE(answers_.order().size(), 2U);
}

TEST_F(EncodeStreamEndTest, CancelEndsTheItemsInFlight) {
  const auto gate = HoldStream();
  const auto stream = Open();
  WriteTexts(*stream, 3);
  server_.AwaitItems(1);
  stream->Cancel();
  EXPECT_THAT(stream->Write(Text(3)), StatusIs(absl::StatusCode::kCancelled));
  EXPECT_THAT(stream->Finish(), StatusIs(absl::StatusCode::kCancelled));
  EXPECT_THAT(answers_.order(), SizeIs(3));
  EXPECT_THAT(answers_.of(2), StatusIs(absl::StatusCode::kCancelled));
  gate->Open();
}

TEST_F(EncodeStreamEndTest, CancelEndsTheWaitAfterABreak) {
  clock_ = std::make_shared<FakeRetryClock>(/*hold_waits=*/true);
  server_.ScriptStreams({{0, kUnavailable}});
  const auto stream = Open();
  WriteTexts(*stream, 1);
  clock_->AwaitWait();
  stream->Cancel();
  EXPECT_THAT(stream->Finish(), StatusIs(absl::StatusCode::kCancelled));
  EXPECT_EQ(stream->counts().streams, 1U);
}

TEST_F(EncodeStreamEndTest, DestructionCancelsAndWaitsForTheAnswers) {
  const auto gate = HoldStream();
  auto stream = Open();
  WriteTexts(*stream, 3);
  server_.AwaitItems(1);
  stream.reset();
  EXPECT_THAT(answers_.order(), SizeIs(3));
  gate->Open();
}

TEST_F(EncodeStreamEndTest, TheDeadlineEndsTheWholeStream) {
  const auto gate = HoldStream();
  StreamOptions options;
  options.deadline = absl::Milliseconds(50);
  const auto stream = Open(options);
  // Its call begins with the first item, so that the first always gets in.
  WriteTexts(*stream, 1);
  EXPECT_THAT(stream->Finish(), StatusIs(absl::StatusCode::kDeadlineExceeded));
  EXPECT_THAT(answers_.of(0), StatusIs(absl::StatusCode::kDeadlineExceeded));
  gate->Open();
}

TEST_F(EncodeStreamEndTest, DoesNotWaitPastTheDeadline) {
  server_.ScriptStreams({{0, FullStatus(60'000)}});
  StreamOptions options;
  options.deadline = absl::Seconds(59);
  const auto stream = Open(options);
  WriteTexts(*stream, 1);
  EXPECT_THAT(stream->Finish(), StatusIs(absl::StatusCode::kResourceExhausted));
  EXPECT_THAT(clock_->waits(), IsEmpty());
}

}  // namespace
}  // namespace clip::client

// What EncodeStream sends and answers; its flow, its retries and its ends have
// tests of their own.
#include "client/encode_stream.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>

#include "absl/time/time.h"
#include "client/clip_client.h"
#include "tests/client/encode_stream_fixture.h"
#include "tests/client/fake_clip_server.h"
#include "tests/testing/status_matchers.h"

namespace clip::client {
namespace {

using ::clip::testing::IsOk;
using ::clip::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

using EncodeStreamTest = EncodeStreamFixture;

TEST_F(EncodeStreamTest, AnswersEachKindOfItemUnderItsId) {
  const auto stream = Open();
  EXPECT_THAT(stream->Write({7, EncodedImage{"a picture"}}), IsOk());
  EXPECT_THAT(stream->Write({5, std::string("b text")}), IsOk());
  EXPECT_THAT(stream->Write({6, TokenIds{2, 3}}), IsOk());
  EXPECT_THAT(stream->Finish(), IsOk());
  EXPECT_THAT(answers_.of(7)->embedding.values, ElementsAre(0, 1, 0, 0));
  EXPECT_THAT(answers_.of(5)->embedding.values, ElementsAre(0, 0, 1, 0));
  EXPECT_EQ(answers_.of(5)->token_count, 6U);
  EXPECT_THAT(answers_.of(6)->embedding.values, ElementsAre(0, 0, 1, 0));
  EXPECT_THAT(answers_.order(), SizeIs(3));
}

TEST_F(EncodeStreamTest, NamesModelAndOptionsInTheFirstMessageOfEachStream) {
  StreamOptions options;
  options.model = "toy";
  options.embedding.dimensions = 2;
  server_.ScriptStreams({{1, kUnavailable}});
  const auto stream = Open(options);
  WriteTexts(*stream, 3);
  EXPECT_THAT(stream->Finish(), IsOk());
  const auto streams = server_.streams();
  ASSERT_THAT(streams, SizeIs(2));
  for (const auto& messages : streams) {
    for (size_t i = 0; i < messages.size(); ++i) {
      EXPECT_EQ(messages[i].has_options(), i == 0);
      EXPECT_EQ(messages[i].model(), i == 0 ? "toy" : "");
    }
    EXPECT_EQ(messages[0].options().dimensions(), 2U);
  }
}

TEST_F(EncodeStreamTest, EveryStreamTellsItsPriority) {
  StreamOptions options;
  options.priority = Priority::kInteractive;
  server_.ScriptStreams({{1, kUnavailable}});
  const auto stream = Open(options);
  WriteTexts(*stream, 2);
  EXPECT_THAT(stream->Finish(), IsOk());
  EXPECT_THAT(server_.priorities(), ElementsAre("interactive", "interactive"));
}

TEST_F(EncodeStreamTest, TellsWhichWeightsAnswer) {
  const auto stream = Open();
  EXPECT_EQ(stream->model(), std::nullopt);
  WriteTexts(*stream, 1);
  EXPECT_THAT(stream->Finish(), IsOk());
  ASSERT_TRUE(stream->model().has_value());
  EXPECT_EQ(stream->model()->name, "toy");
}

TEST_F(EncodeStreamTest, GivesAnswersInTheOrderOfCompletion) {
  ScriptedStream backwards;
  backwards.read_ahead = 3;
  server_.ScriptStreams({backwards});
  const auto stream = Open();
  WriteTexts(*stream, 3);
  EXPECT_THAT(stream->Finish(), IsOk());
  EXPECT_THAT(answers_.order(), ElementsAre(2, 1, 0));
  ExpectAllAnswered(3);
}

TEST_F(EncodeStreamTest, AnEmptyStreamSendsNothing) {
  const auto stream = Open();
  EXPECT_THAT(stream->Finish(), IsOk());
  EXPECT_THAT(server_.methods(), IsEmpty());
}

TEST_F(EncodeStreamTest, ABadItemFailsAlone) {
  server_.Refuse("bad");
  const auto stream = Open();
  EXPECT_THAT(stream->Write({0, std::string("a")}), IsOk());
  EXPECT_THAT(stream->Write({1, std::string("bad")}), IsOk());
  EXPECT_THAT(stream->Write({2, std::string("not UTF-8 \xff")}), IsOk());
  EXPECT_THAT(stream->Write({3, EncodedImage{std::string(9 << 20, 'a')}}),
              IsOk());
  EXPECT_THAT(stream->Write({4, std::string("a")}), IsOk());
  EXPECT_THAT(stream->Finish(), IsOk());
  const auto invalid = absl::StatusCode::kInvalidArgument;
  EXPECT_THAT(answers_.of(0), IsOk());
  EXPECT_THAT(answers_.of(1), StatusIs(invalid, HasSubstr("refused")));
  EXPECT_TRUE(answers_.of(1)
                  .status()
                  .GetPayload("type.googleapis.com/google.rpc.BadRequest")
                  .has_value());
  EXPECT_THAT(answers_.of(2), StatusIs(invalid, HasSubstr("UTF-8")));
  EXPECT_THAT(answers_.of(3), StatusIs(invalid, HasSubstr("bytes")));
  EXPECT_THAT(answers_.of(4), IsOk());
  EXPECT_THAT(TextsOfStream(0), ElementsAre("a", "bad", "a"));
}

TEST_F(EncodeStreamTest, EqualIdsAreAnsweredEach) {
  const auto stream = Open();
  for (int i = 0; i < 3; ++i) EXPECT_THAT(stream->Write(Text(1)), IsOk());
  EXPECT_THAT(stream->Finish(), IsOk());
  EXPECT_THAT(answers_.order(), ElementsAre(1, 1, 1));
}

TEST_F(EncodeStreamTest, OutlivesItsClient) {
  const auto stream = Open();
  client_.reset();
  WriteTexts(*stream, 3);
  EXPECT_THAT(stream->Finish(), IsOk());
  ExpectAllAnswered(3);
}

TEST_F(EncodeStreamTest, RefusesOptionsOutOfRange) {
  const auto client = ClipClient::Create(ClientOptions()).value();
  const auto refused = [&](void (*change)(StreamOptions&)) {
    StreamOptions options;
    change(options);
    return client->OpenStream(options, answers_.Taker()).status();
  };
  const auto invalid = absl::StatusCode::kInvalidArgument;
  EXPECT_THAT(refused([](StreamOptions& o) { o.max_items = 0; }),
              StatusIs(invalid, HasSubstr("max_items")));
  EXPECT_THAT(refused([](StreamOptions& o) { o.max_item_sends = 0; }),
              StatusIs(invalid, HasSubstr("max_item_sends")));
  EXPECT_THAT(refused([](StreamOptions& o) { o.deadline = -absl::Seconds(1); }),
              StatusIs(invalid, HasSubstr("deadline")));
  EXPECT_THAT(refused([](StreamOptions& o) { o.retry.max_attempts = 0; }),
              StatusIs(invalid, HasSubstr("max_attempts")));
  EXPECT_THAT(refused([](StreamOptions& o) { o.model.assign(9 << 20, 'a'); }),
              StatusIs(invalid, HasSubstr("model")));
}

}  // namespace
}  // namespace clip::client

#include "client/encode_stream.h"

#include <gmock/gmock.h>

#include <future>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/time/clock.h"
#include "client/bad_items.h"
#include "client/clip_client.h"
#include "client/mutex.h"
#include "tests/client/fake_clip_server.h"
#include "tests/client/fake_retry_clock.h"
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

const grpc::Status kUnavailable(grpc::StatusCode::UNAVAILABLE, "draining");

// The answers of one stream, in the order in which they came. Thread-safe.
class Answers {
 public:
  EncodeStream::Answer Taker() {
    return [this](uint64_t id, absl::StatusOr<StreamReply> reply) {
      MutexLock lock(mutex_);
      order_.push_back(id);
      replies_.emplace(id, std::move(reply));
      changed_.notify_all();
    };
  }

  std::vector<uint64_t> order() const {
    MutexLock lock(mutex_);
    return order_;
  }
  absl::StatusOr<StreamReply> of(uint64_t id) const {
    MutexLock lock(mutex_);
    const auto found = replies_.find(id);
    if (found == replies_.end()) return absl::NotFoundError("no answer");
    return found->second;
  }
  void Await(size_t count) {
    MutexLock lock(mutex_);
    while (order_.size() < count) mutex_.Wait(changed_);
  }

 private:
  mutable Mutex mutex_;
  std::condition_variable changed_;
  std::vector<uint64_t> order_;
  std::map<uint64_t, absl::StatusOr<StreamReply>> replies_;
};

class EncodeStreamTest : public ::testing::Test {
 protected:
  ClipClientOptions ClientOptions() const {
    ClipClientOptions options;
    options.target = server_.address();
    options.retry_clock = clock_;
    options.random = [] { return 0.0; };
    return options;
  }

  std::unique_ptr<EncodeStream> Open(StreamOptions options = {}) {
    client_ = ClipClient::Create(ClientOptions()).value();
    return client_->OpenStream(std::move(options), answers_.Taker()).value();
  }

  static StreamOptions Attempts(int max_attempts) {
    StreamOptions options;
    options.retry.max_attempts = max_attempts;
    return options;
  }

  // A text whose first letter is that of its id, so that answers differ.
  static StreamItem Text(uint64_t id) {
    return {id, std::string(1, static_cast<char>('a' + id % 4))};
  }

  static void WriteTexts(EncodeStream& stream, uint64_t count) {
    for (uint64_t id = 0; id < count; ++id) {
      ASSERT_EQ(stream.Write(Text(id)).value_or(false), true);
    }
  }

  // Every id below `count` has one answer, and it is that of its own text.
  void ExpectAllAnswered(uint64_t count) {
    const std::vector<uint64_t> order = answers_.order();
    EXPECT_EQ(order.size(), count);
    EXPECT_EQ(std::set<uint64_t>(order.begin(), order.end()).size(), count);
    for (uint64_t id = 0; id < count; ++id) {
      const absl::StatusOr<StreamReply> reply = answers_.of(id);
      ASSERT_THAT(reply, IsOk()) << id;
      // 'a' is on axis 1 of the fake.
      EXPECT_EQ(reply->embedding.values.at((id + 1) % 4), 1) << id;
    }
  }

  std::vector<std::string> TextsOfStream(size_t index) const {
    std::vector<std::string> texts;
    const auto streams = server_.streams();
    for (const v1::EncodeRequest& item : streams.at(index)) {
      texts.push_back(item.text());
    }
    return texts;
  }

  FakeClipServer server_;
  std::shared_ptr<FakeRetryClock> clock_ = std::make_shared<FakeRetryClock>();
  Answers answers_;
  std::unique_ptr<ClipClient> client_;
};

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

TEST_F(EncodeStreamTest, ABreakSendsTheUnansweredAgain) {
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

TEST_F(EncodeStreamTest, GoesOnAfterEachStatusThatMayBeRetried) {
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

TEST_F(EncodeStreamTest, AnAnswerMakesTheAttemptsCountAnew) {
  server_.ScriptStreams(std::deque<ScriptedStream>(9, {1, kUnavailable}));
  StreamOptions options = Attempts(2);
  options.max_item_sends = 100;
  const auto stream = Open(options);
  WriteTexts(*stream, 12);
  EXPECT_THAT(stream->Finish(), IsOk());
  ExpectAllAnswered(12);
  EXPECT_THAT(server_.streams(), SizeIs(10));
}

TEST_F(EncodeStreamTest, GivesUpAfterTheLastAttemptWithoutAnAnswer) {
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

TEST_F(EncodeStreamTest, AnItemThatNeverComesBackFailsAlone) {
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

TEST_F(EncodeStreamTest, AnItemThatTheServerGivesBackIsSentAgain) {
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

TEST_F(EncodeStreamTest, AnItemThatIsGivenBackEachTimeFailsAlone) {
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

TEST_F(EncodeStreamTest, AStatusThatNothingCuresEndsTheStream) {
  server_.ScriptStreams({{0, {grpc::StatusCode::NOT_FOUND, "no such model"}}});
  const auto stream = Open();
  ASSERT_THAT(stream->Write(Text(0)), IsOk());
  EXPECT_THAT(stream->Finish(), StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(answers_.of(0), StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(server_.streams(), SizeIs(1));
  EXPECT_THAT(clock_->waits(), IsEmpty());
}

TEST_F(EncodeStreamTest, APushbackThatForbidsRetriesEndsTheStream) {
  server_.ScriptStreams({{0, FullStatus(300), "-1"}});
  const auto stream = Open();
  ASSERT_THAT(stream->Write(Text(0)), IsOk());
  EXPECT_THAT(stream->Finish(), StatusIs(absl::StatusCode::kResourceExhausted));
  EXPECT_THAT(server_.streams(), SizeIs(1));
}

TEST_F(EncodeStreamTest, OtherWeightsAfterABreakEndTheStream) {
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

TEST_F(EncodeStreamTest, ASecondAnswerNeverReachesTheCaller) {
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

TEST_F(EncodeStreamTest, ASlowCallerHoldsTheWritesBack) {
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
  // NOLINTNEXTLINE(bugprone-use-after-move): as the contract says.
  EXPECT_EQ(std::get<std::string>(item.content), "kept");
  EXPECT_EQ(stream->Write(std::move(item), absl::Now() + absl::Milliseconds(5))
                .value(),
            false);
  gate.Open();
  EXPECT_EQ(stream->Write(std::move(item)).value(), true);
  EXPECT_THAT(stream->Finish(), IsOk());
  EXPECT_THAT(order, ElementsAre(0, 1, 2, 3, 9));
}

TEST_F(EncodeStreamTest, BytesInFlightAreBounded) {
  const auto gate = std::make_shared<Gate>();
  ScriptedStream held;
  held.gate = gate;
  server_.ScriptStreams({held});
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

TEST_F(EncodeStreamTest, CancelEndsTheItemsInFlight) {
  const auto gate = std::make_shared<Gate>();
  ScriptedStream held;
  held.gate = gate;
  server_.ScriptStreams({held});
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

TEST_F(EncodeStreamTest, CancelWakesAWriterThatWaits) {
  const auto gate = std::make_shared<Gate>();
  ScriptedStream held;
  held.gate = gate;
  server_.ScriptStreams({held});
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

TEST_F(EncodeStreamTest, CancelEndsTheWaitAfterABreak) {
  clock_ = std::make_shared<FakeRetryClock>(/*hold_waits=*/true);
  server_.ScriptStreams({{0, kUnavailable}});
  const auto stream = Open();
  WriteTexts(*stream, 1);
  clock_->AwaitWait();
  stream->Cancel();
  EXPECT_THAT(stream->Finish(), StatusIs(absl::StatusCode::kCancelled));
  EXPECT_EQ(stream->counts().streams, 1U);
}

TEST_F(EncodeStreamTest, DestructionCancelsAndWaitsForTheAnswers) {
  const auto gate = std::make_shared<Gate>();
  ScriptedStream held;
  held.gate = gate;
  server_.ScriptStreams({held});
  auto stream = Open();
  WriteTexts(*stream, 3);
  server_.AwaitItems(1);
  stream.reset();
  EXPECT_THAT(answers_.order(), SizeIs(3));
  gate->Open();
}

TEST_F(EncodeStreamTest, TheDeadlineEndsTheWholeStream) {
  const auto gate = std::make_shared<Gate>();
  ScriptedStream held;
  held.gate = gate;
  server_.ScriptStreams({held});
  StreamOptions options;
  options.deadline = absl::Milliseconds(50);
  const auto stream = Open(options);
  WriteTexts(*stream, 2);
  EXPECT_THAT(stream->Finish(), StatusIs(absl::StatusCode::kDeadlineExceeded));
  EXPECT_THAT(answers_.of(1), StatusIs(absl::StatusCode::kDeadlineExceeded));
  gate->Open();
}

TEST_F(EncodeStreamTest, DoesNotWaitPastTheDeadline) {
  server_.ScriptStreams({{0, FullStatus(60'000)}});
  StreamOptions options;
  options.deadline = absl::Seconds(59);
  const auto stream = Open(options);
  WriteTexts(*stream, 1);
  EXPECT_THAT(stream->Finish(), StatusIs(absl::StatusCode::kResourceExhausted));
  EXPECT_THAT(clock_->waits(), IsEmpty());
}

TEST_F(EncodeStreamTest, NothingCanBeWrittenAfterClose) {
  const auto stream = Open();
  WriteTexts(*stream, 1);
  stream->Close();
  EXPECT_THAT(stream->Write(Text(1)),
              StatusIs(absl::StatusCode::kFailedPrecondition));
  EXPECT_THAT(stream->Finish(), IsOk());
  EXPECT_THAT(stream->Finish(), IsOk());
}

TEST_F(EncodeStreamTest, AnAnswerMayWriteAndClose) {
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

TEST_F(EncodeStreamTest, OutlivesItsClient) {
  const auto stream = Open();
  client_.reset();
  WriteTexts(*stream, 3);
  EXPECT_THAT(stream->Finish(), IsOk());
  ExpectAllAnswered(3);
}

TEST_F(EncodeStreamTest, ManyItemsGoThroughASmallWindowAndManyBreaks) {
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

TEST_F(EncodeStreamTest, AnotherServerTakesOverFromOneThatGoes) {
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

#include "client/clip_client.h"

#include <gmock/gmock.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <future>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "client/bad_items.h"
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
using ::testing::FieldsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

const grpc::Status kUnavailable(grpc::StatusCode::UNAVAILABLE, "draining");
const grpc::Status kCancelled(grpc::StatusCode::CANCELLED, "going away");

class ClipClientTest : public ::testing::Test {
 protected:
  ClipClientOptions Options() const {
    ClipClientOptions options;
    options.target = server_.address();
    options.retry_clock = clock_;
    options.random = [] { return 0.0; };
    return options;
  }

  std::unique_ptr<ClipClient> NewClient() const {
    return ClipClient::Create(Options()).value();
  }

  static EncodeImageRequest Images(const std::vector<std::string>& files) {
    EncodeImageRequest request;
    for (const std::string& file : files) {
      request.images.emplace_back(EncodedImage{file});
    }
    return request;
  }

  static EncodeTextRequest Texts(std::vector<std::string> texts) {
    EncodeTextRequest request;
    request.texts = std::move(texts);
    return request;
  }

  FakeClipServer server_;
  std::shared_ptr<FakeRetryClock> clock_ = std::make_shared<FakeRetryClock>();
};

TEST_F(ClipClientTest, EncodesImagesInRequestOrder) {
  const auto reply = NewClient()->EncodeImage(Images({"b", "a"}));
  ASSERT_THAT(reply, IsOk());
  ASSERT_THAT(reply->embeddings, SizeIs(2));
  EXPECT_THAT(reply->embeddings[0].values, ElementsAre(0, 0, 1, 0));
  EXPECT_THAT(reply->embeddings[1].values, ElementsAre(0, 1, 0, 0));
  EXPECT_EQ(reply->model.name, "toy");
  EXPECT_EQ(reply->timing.total, absl::Milliseconds(250));
}

TEST_F(ClipClientTest, EncodesTextsWithTheirTokens) {
  const auto reply =
      NewClient()->EncodeText(Texts({"a", "a text of more than twenty bytes"}));
  ASSERT_THAT(reply, IsOk());
  EXPECT_THAT(reply->token_count, ElementsAre(1, 32));
  EXPECT_THAT(reply->truncated, ElementsAre(false, true));
}

TEST_F(ClipClientTest, ScoresImagesAgainstTexts) {
  SimilarityRequest request;
  request.images = {EncodedImage{"a"}, EncodedImage{"b"}};
  request.texts = {"b", "c", "a"};
  const auto reply = NewClient()->Similarity(request);
  ASSERT_THAT(reply, IsOk());
  EXPECT_EQ(reply->rows, 2U);
  EXPECT_EQ(reply->columns, 3U);
  EXPECT_THAT(reply->logits, ElementsAre(0, 0, 10, 10, 0, 0));
}

TEST_F(ClipClientTest, DescribesTheModels) {
  const auto client = NewClient();
  const auto models = client->ListModels();
  ASSERT_THAT(models, IsOk());
  ASSERT_THAT(*models, SizeIs(1));
  EXPECT_EQ(models->front().architecture, "CLIP(Toy, Toy)");
  EXPECT_EQ(client->GetModel("")->embed_dim, 4U);
  EXPECT_THAT(client->GetModel("other"), StatusIs(absl::StatusCode::kNotFound));
}

TEST_F(ClipClientTest, SeesHealthEvenOfAServerThatRefusesCalls) {
  const auto client = NewClient();
  EXPECT_EQ(*client->CheckHealth(), Health::kServing);
  server_.SetServing(false);
  EXPECT_EQ(*client->CheckHealth(), Health::kNotServing);
  EXPECT_THAT(client->CheckHealth("no.such.Service"),
              StatusIs(absl::StatusCode::kNotFound));
}

TEST_F(ClipClientTest, SendsNoCallToAServerThatSaysNotServing) {
  server_.SetServing(false);
  EXPECT_THAT(NewClient()->EncodeImage(Images({"a"})),
              StatusIs(absl::StatusCode::kUnavailable));
  EXPECT_THAT(server_.methods(), SizeIs(0));
}

TEST_F(ClipClientTest, RetriesUnavailableWithGrowingWaits) {
  server_.Script({{kUnavailable}, {kUnavailable}});
  EXPECT_THAT(NewClient()->EncodeImage(Images({"a"})), IsOk());
  EXPECT_THAT(server_.methods(), SizeIs(3));
  EXPECT_THAT(clock_->waits(),
              ElementsAre(absl::Milliseconds(50), absl::Milliseconds(100)));
}

TEST_F(ClipClientTest, GivesUpAfterTheLastAttempt) {
  server_.Script({{kUnavailable}, {kUnavailable}, {kUnavailable}});
  EXPECT_THAT(NewClient()->EncodeImage(Images({"a"})),
              StatusIs(absl::StatusCode::kUnavailable, HasSubstr("draining")));
  EXPECT_THAT(server_.methods(), SizeIs(3));
}

TEST_F(ClipClientTest, WaitsAsThePushbackTrailerAsks) {
  server_.Script({{FullStatus(9000), "700"}});
  EXPECT_THAT(NewClient()->EncodeText(Texts({"a"})), IsOk());
  EXPECT_THAT(clock_->waits(), ElementsAre(absl::Milliseconds(700)));
}

TEST_F(ClipClientTest, WaitsAsRetryInfoAsks) {
  server_.Script({{FullStatus(300)}});
  EXPECT_THAT(NewClient()->EncodeText(Texts({"a"})), IsOk());
  EXPECT_THAT(clock_->waits(), ElementsAre(absl::Milliseconds(300)));
}

TEST_F(ClipClientTest, ObeysAPushbackThatForbidsRetries) {
  server_.Script({{FullStatus(300), "-1"}});
  EXPECT_THAT(NewClient()->EncodeText(Texts({"a"})),
              StatusIs(absl::StatusCode::kResourceExhausted));
  EXPECT_THAT(server_.methods(), SizeIs(1));
}

TEST_F(ClipClientTest, RetriesACancelledThatNobodyAskedFor) {
  server_.Script({{kCancelled}});
  EXPECT_THAT(NewClient()->EncodeText(Texts({"a"})), IsOk());
  EXPECT_THAT(server_.methods(), SizeIs(2));
}

TEST_F(ClipClientTest, ResendsTheWholeOfALargeRequest) {
  server_.Script({{kUnavailable}});
  const std::string picture(3 << 20, 'a');
  EXPECT_THAT(NewClient()->EncodeImage(Images({picture})), IsOk());
  ASSERT_THAT(server_.batches(), ElementsAre(SizeIs(1)));
  EXPECT_TRUE(server_.batches()[0][0] == picture);
}

TEST_F(ClipClientTest, NeverRetriesABadRequest) {
  server_.Refuse("b");
  const auto reply = NewClient()->EncodeImage(Images({"a", "b"}));
  EXPECT_THAT(reply, StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(BadItemsOf(reply.status()),
              ElementsAre(FieldsAre("images", 1U, "refused")));
  EXPECT_THAT(server_.methods(), SizeIs(1));
}

TEST_F(ClipClientTest, ALongOutageUsesUpTheRetryBudget) {
  server_.Script(std::deque<ScriptedAnswer>(100, {kUnavailable}));
  ClipClientOptions options = Options();
  options.retry.throttle_tokens = 10;
  const auto client = ClipClient::Create(options).value();
  for (int i = 0; i < 10; ++i) {
    EXPECT_THAT(client->EncodeText(Texts({"a"})),
                StatusIs(absl::StatusCode::kUnavailable));
  }
  // The first call takes three tokens, the second two; then the bucket is
  // half empty and every further call is sent once.
  EXPECT_THAT(server_.methods(), SizeIs(13));
}

TEST_F(ClipClientTest, CountsCallsAndAttempts) {
  server_.Script({{kUnavailable}, {kUnavailable}});
  const auto client = NewClient();
  EXPECT_THAT(client->EncodeText(Texts({"a"})), IsOk());
  EXPECT_THAT(client->EncodeText(Texts({"a"})), IsOk());
  const CallCounts counts = client->counts();
  EXPECT_EQ(counts.calls, 2U);
  EXPECT_EQ(counts.attempts, 4U);
  EXPECT_EQ(counts.retries, 2U);
  EXPECT_EQ(counts.hedges, 0U);
}

TEST_F(ClipClientTest, AListOfServersSharesTheCalls) {
  FakeClipServer other;
  ClipClientOptions options = Options();
  options.target += "," + other.address();
  const auto client = ClipClient::Create(options).value();
  // Round robin begins when both are connected.
  while (server_.methods().empty() || other.methods().empty()) {
    ASSERT_THAT(client->EncodeText(Texts({"a"})), IsOk());
  }
}

TEST_F(ClipClientTest, CallsGoOnWhereOneOfTheServersIsGone) {
  auto other = std::make_unique<FakeClipServer>();
  ClipClientOptions options = Options();
  options.target += "," + other->address();
  const auto client = ClipClient::Create(options).value();
  while (server_.methods().empty() || other->methods().empty()) {
    ASSERT_THAT(client->EncodeText(Texts({"a"})), IsOk());
  }
  other.reset();
  for (int i = 0; i < 20; ++i) {
    EXPECT_THAT(client->EncodeText(Texts({"a"})), IsOk());
  }
}

TEST_F(ClipClientTest, AHedgeAnswersForAServerThatHangs) {
  FakeClipServer hangs;
  ClipClientOptions options = Options();
  options.target += "," + hangs.address();
  options.retry_clock = nullptr;
  options.hedging.delay = absl::Milliseconds(5);
  options.hedging.tokens = 1000;
  const auto client = ClipClient::Create(options).value();
  // A call that hangs has no other server to go to while that is not connected.
  while (server_.methods().empty() || hangs.methods().empty()) {
    ASSERT_THAT(client->EncodeText(Texts({"a"})), IsOk());
  }
  const auto gate = std::make_shared<Gate>();
  hangs.Script(std::deque<ScriptedAnswer>(1000, {grpc::Status::OK, {}, gate}));
  const uint64_t won = client->counts().hedges_won;
  while (client->counts().hedges_won == won) {
    EXPECT_THAT(client->EncodeText(Texts({"a"})), IsOk());
  }
  EXPECT_GE(client->counts().hedges, client->counts().hedges_won);
  gate->Open();
}

TEST_F(ClipClientTest, AHedgeNeverGoesToTheServerThatIsSlow) {
  ClipClientOptions options = Options();
  options.hedging.delay = absl::Milliseconds(5);
  const auto client = ClipClient::Create(options).value();
  // A server is known by its connection.
  ASSERT_THAT(client->ListModels(), IsOk());
  const auto gate = std::make_shared<Gate>();
  server_.Script(std::deque<ScriptedAnswer>(10, {grpc::Status::OK, {}, gate}));
  std::promise<absl::Status> answer;
  // The fake clock hedges at once.
  client->EncodeTextAsync(Texts({"a"}), {}, [&](const auto& reply) {
    answer.set_value(reply.status());
  });
  gate->Open();
  EXPECT_THAT(answer.get_future().get(), IsOk());
  EXPECT_EQ(client->counts().hedges_won, 0U);
}

TEST_F(ClipClientTest, DoesNotWaitPastTheDeadline) {
  server_.Script({{FullStatus(60'000)}});
  CallOptions call;
  call.deadline = absl::Seconds(59);
  EXPECT_THAT(NewClient()->EncodeText(Texts({"a"}), call),
              StatusIs(absl::StatusCode::kResourceExhausted));
  EXPECT_THAT(clock_->waits(), SizeIs(0));
}

TEST_F(ClipClientTest, TheDeadlineEndsACallThatHangs) {
  const auto gate = std::make_shared<Gate>();
  server_.Script({{grpc::Status::OK, {}, gate}});
  CallOptions call;
  call.deadline = absl::Milliseconds(50);
  EXPECT_THAT(NewClient()->EncodeText(Texts({"a"}), call),
              StatusIs(absl::StatusCode::kDeadlineExceeded));
  gate->Open();
}

TEST_F(ClipClientTest, RefusesARequestAboveTheCapWithoutSendingIt) {
  ClipClientOptions options = Options();
  options.max_message_bytes = 1 << 20;
  const auto client = ClipClient::Create(options).value();
  EXPECT_THAT(client->EncodeImage(Images({std::string(1 << 20, 'a')})),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("bytes")));
  EXPECT_THAT(server_.methods(), SizeIs(0));
}

TEST_F(ClipClientTest, AReplyThatIsTooShortIsAnError) {
  server_.Script({{grpc::Status::OK, {}, nullptr, /*drop_one=*/true}});
  EXPECT_THAT(NewClient()->EncodeImage(Images({"a", "b"})),
              StatusIs(absl::StatusCode::kInternal, HasSubstr("1 items")));
}

TEST_F(ClipClientTest, EveryAttemptTellsThePriorityOfItsCall) {
  ClipClientOptions options = Options();
  options.default_priority = Priority::kBulk;
  const auto client = ClipClient::Create(options).value();
  CallOptions call;
  call.priority = Priority::kInteractive;
  server_.Script({{kUnavailable}});
  EXPECT_THAT(client->EncodeText(Texts({"a"}), call), IsOk());
  EXPECT_THAT(client->EncodeText(Texts({"a"})), IsOk());
  EXPECT_THAT(NewClient()->EncodeText(Texts({"a"})), IsOk());
  EXPECT_THAT(server_.priorities(),
              ElementsAre("interactive", "interactive", "bulk", ""));
}

TEST_F(ClipClientTest, ManyCallsAreInFlightAtOnce) {
  constexpr int kCalls = 8;
  const auto gate = std::make_shared<Gate>();
  server_.Script(
      std::deque<ScriptedAnswer>(kCalls, {grpc::Status::OK, {}, gate}));
  const auto client = NewClient();
  std::vector<std::promise<absl::StatusOr<EncodeTextReply>>> answers(kCalls);
  for (auto& answer : answers) {
    client->EncodeTextAsync(Texts({"a"}), {}, [&answer](auto reply) {
      answer.set_value(std::move(reply));
    });
  }
  server_.AwaitCalls(kCalls);
  gate->Open();
  for (auto& answer : answers) EXPECT_THAT(answer.get_future().get(), IsOk());
}

TEST_F(ClipClientTest, CancelEndsTheCallWithoutARetry) {
  const auto gate = std::make_shared<Gate>();
  server_.Script({{grpc::Status::OK, {}, gate}});
  const auto client = NewClient();
  std::promise<absl::Status> answer;
  const PendingCall call = client->EncodeTextAsync(
      Texts({"a"}), {},
      [&](const auto& reply) { answer.set_value(reply.status()); });
  server_.AwaitCalls(1);
  call.Cancel();
  EXPECT_THAT(answer.get_future().get(),
              StatusIs(absl::StatusCode::kCancelled));
  gate->Open();
  call.Cancel();
  EXPECT_THAT(server_.methods(), SizeIs(1));
}

TEST_F(ClipClientTest, CancelEndsTheWaitBetweenAttempts) {
  clock_ = std::make_shared<FakeRetryClock>(/*hold_waits=*/true);
  server_.Script({{kUnavailable}});
  const auto client = NewClient();
  std::promise<absl::Status> answer;
  const PendingCall call = client->EncodeTextAsync(
      Texts({"a"}), {},
      [&](const auto& reply) { answer.set_value(reply.status()); });
  clock_->AwaitWait();
  call.Cancel();
  EXPECT_THAT(answer.get_future().get(),
              StatusIs(absl::StatusCode::kCancelled));
  EXPECT_THAT(server_.methods(), SizeIs(1));
}

TEST_F(ClipClientTest, DestructionCancelsWhatIsInFlight) {
  const auto gate = std::make_shared<Gate>();
  server_.Script({{grpc::Status::OK, {}, gate}});
  auto client = NewClient();
  absl::Status status;
  client->EncodeTextAsync(Texts({"a"}), {},
                          [&](const auto& reply) { status = reply.status(); });
  server_.AwaitCalls(1);
  client.reset();
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kCancelled));
  gate->Open();
}

TEST_F(ClipClientTest, DestructionDoesNotWaitForACallbackThatThrew) {
  for (const absl::Duration hedging : {absl::ZeroDuration(), absl::Hours(1)}) {
    ClipClientOptions options = Options();
    options.hedging.delay = hedging;
    auto client = ClipClient::Create(options).value();
    std::promise<void> called;
    client->EncodeTextAsync(Texts({"a"}), {}, [&](const auto& /*reply*/) {
      called.set_value();
      throw std::runtime_error("a defect of the caller");
    });
    called.get_future().wait();
    client.reset();
  }
}

TEST_F(ClipClientTest, WaitsInRealTimeWhereNoClockIsGiven) {
  server_.Script({{kUnavailable, "1"}});
  ClipClientOptions options = Options();
  options.retry_clock = nullptr;
  options.random = nullptr;
  const auto client = ClipClient::Create(options).value();
  EXPECT_THAT(client->EncodeText(Texts({"a"})), IsOk());
  EXPECT_THAT(server_.methods(), SizeIs(2));
}

TEST_F(ClipClientTest, DestructionEndsAWaitInRealTime) {
  server_.Script({{kUnavailable, "25000"}});
  ClipClientOptions options = Options();
  options.retry_clock = nullptr;
  auto client = ClipClient::Create(options).value();
  absl::Status status;
  client->EncodeTextAsync(Texts({"a"}), {},
                          [&](const auto& reply) { status = reply.status(); });
  server_.AwaitCalls(1);
  client.reset();
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kCancelled));
}

TEST(ClipClientCreateTest, RefusesOptionsOutOfRange) {
  const auto refused = [](void (*change)(ClipClientOptions&)) {
    ClipClientOptions options;
    options.target = "localhost:1";
    change(options);
    return ClipClient::Create(options).status();
  };
  const auto invalid = absl::StatusCode::kInvalidArgument;
  EXPECT_THAT(refused([](ClipClientOptions& o) { o.target = ""; }),
              StatusIs(invalid, HasSubstr("target")));
  EXPECT_THAT(refused([](ClipClientOptions& o) {
                o.default_deadline = absl::ZeroDuration();
              }),
              StatusIs(invalid, HasSubstr("default_deadline")));
  EXPECT_THAT(refused([](ClipClientOptions& o) { o.max_message_bytes = 0; }),
              StatusIs(invalid, HasSubstr("max_message_bytes")));
  EXPECT_THAT(refused([](ClipClientOptions& o) { o.target = "a:1,b"; }),
              StatusIs(invalid, HasSubstr("'b'")));
  EXPECT_THAT(refused([](ClipClientOptions& o) {
                o.hedging.delay = -absl::Seconds(1);
              }),
              StatusIs(invalid, HasSubstr("hedging.delay")));
  EXPECT_THAT(refused([](ClipClientOptions& o) { o.hedging.refill = 0; }),
              StatusIs(invalid, HasSubstr("hedging.refill")));
  EXPECT_THAT(refused([](ClipClientOptions& o) { o.retry.max_attempts = 0; }),
              StatusIs(invalid, HasSubstr("max_attempts")));
}

TEST(ClipClientCreateTest, AServerThatIsSlowToConnectIsWaitedFor) {
  // The kernel takes the connection, and nobody ever answers on it.
  const int listener = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  auto* const generic = reinterpret_cast<sockaddr*>(&address);
  ASSERT_EQ(bind(listener, generic, size), 0);
  ASSERT_EQ(listen(listener, 8), 0);
  ASSERT_EQ(getsockname(listener, generic, &size), 0);
  ClipClientOptions options;
  options.target = "127.0.0.1:" + std::to_string(ntohs(address.sin_port));
  options.default_deadline = absl::Milliseconds(500);
  const auto client = ClipClient::Create(options).value();
  EXPECT_THAT(client->ListModels(),
              StatusIs(absl::StatusCode::kDeadlineExceeded));
  close(listener);
}

TEST(ClipClientCreateTest, AServerThatIsNotThereIsUnavailable) {
  ClipClientOptions options;
  // Port 1 of the loopback device: nobody listens, so the refusal is at once.
  options.target = "127.0.0.1:1";
  options.retry.max_attempts = 1;
  const auto client = ClipClient::Create(options).value();
  EXPECT_THAT(client->ListModels(), StatusIs(absl::StatusCode::kUnavailable));
}

}  // namespace
}  // namespace clip::client

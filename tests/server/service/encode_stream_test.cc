// EncodeStream over a real gRPC server without a port, and a fake pipeline.
#include "server/service/encode_stream.h"

#include <gmock/gmock.h>
#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/server.h>
#include <grpcpp/server_builder.h>
#include <gtest/gtest.h>

#include <deque>
#include <future>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "clip/v1/clip.grpc.pb.h"
#include "server/batching/real_clock.h"
#include "server/service/clip_service.h"
#include "tests/testing/fake_pipeline.h"

namespace clip::server {
namespace {

using ::clip::testing::AnswerWith;
using ::clip::testing::FailWith;
using ::clip::testing::FakePipeline;
using ::testing::ElementsAre;
using ::testing::FloatEq;
using ::testing::HasSubstr;
using ::testing::Not;

// Keeps what it is told.
class StreamObserver final : public CallObserver {
 public:
  void OnCallFinished(const CallRecord& record) override {
    batching::MutexLock lock(mutex_);
    ended_.push_back(record.code);
    items_ = record.stream_items;
    changed_.NotifyAll();
  }
  void OnStreamItem(const StreamItemRecord& record) override {
    batching::MutexLock lock(mutex_);
    ++item_codes_[record.code];
    last_cause_ = std::string(record.cause);
  }
  void OnStreamsChanged(int delta) override {
    batching::MutexLock lock(mutex_);
    open_ += delta;
    changed_.NotifyAll();
  }

  // The code of the only stream, once it has ended.
  absl::StatusCode AwaitEnd() {
    batching::MutexLock lock(mutex_);
    while (ended_.empty()) changed_.Wait(mutex_);
    EXPECT_EQ(ended_.size(), 1U);
    return ended_.front();
  }
  void AwaitOpen(int count) {
    batching::MutexLock lock(mutex_);
    while (open_ != count) changed_.Wait(mutex_);
  }
  int64_t items() {
    batching::MutexLock lock(mutex_);
    return items_;
  }
  int item_codes(absl::StatusCode code) {
    batching::MutexLock lock(mutex_);
    return item_codes_[code];
  }
  std::string last_cause() {
    batching::MutexLock lock(mutex_);
    return last_cause_;
  }

 private:
  batching::Mutex mutex_;
  batching::CondVar changed_;
  std::vector<absl::StatusCode> ended_ ABSL_GUARDED_BY(mutex_);
  std::map<absl::StatusCode, int> item_codes_ ABSL_GUARDED_BY(mutex_);
  std::string last_cause_ ABSL_GUARDED_BY(mutex_);
  int64_t items_ ABSL_GUARDED_BY(mutex_) = 0;
  int open_ ABSL_GUARDED_BY(mutex_) = 0;
};

// A pipeline whose calls wait for the test: arrived, then let in, then done.
class HeldPipeline {
 public:
  FakePipeline::Handler Handler() {
    return [this](std::vector<PipelineItem> items, CallOptions options,
                  EmbeddingPipeline::Done done) {
      batching::MutexLock lock(mutex_);
      calls_.push_back({std::move(items), std::move(options), std::move(done)});
      changed_.NotifyAll();
    };
  }

  // Blocks until `count` calls have arrived.
  void AwaitCalls(size_t count) {
    batching::MutexLock lock(mutex_);
    while (calls_.size() < count) changed_.Wait(mutex_);
  }
  size_t calls() {
    batching::MutexLock lock(mutex_);
    return calls_.size();
  }
  CallOptions options(size_t index) {
    batching::MutexLock lock(mutex_);
    return calls_[index].options;
  }
  void LetIn(size_t index) { options(index).on_admitted(); }
  void Answer(size_t index, float value) {
    CallResult result;
    result.items.push_back({{value, 0.0F}, 3, false});
    End(index, std::move(result));
  }
  void Fail(size_t index, absl::Status status) {
    CallResult result;
    result.status = std::move(status);
    End(index, std::move(result));
  }

 private:
  struct Call {
    std::vector<PipelineItem> items;
    CallOptions options;
    EmbeddingPipeline::Done done;
  };

  void End(size_t index, CallResult result) {
    EmbeddingPipeline::Done done;
    {
      batching::MutexLock lock(mutex_);
      done = std::move(calls_[index].done);
    }
    done(std::move(result));
  }

  batching::Mutex mutex_;
  batching::CondVar changed_;
  std::deque<Call> calls_ ABSL_GUARDED_BY(mutex_);
};

class EncodeStreamTest : public ::testing::Test {
 protected:
  using Stream =
      grpc::ClientReaderWriter<v1::EncodeRequest, v1::EncodeResponse>;

  ~EncodeStreamTest() override {
    if (server_ != nullptr) server_->Shutdown();
  }

  void Start() {
    ServedModel model;
    model.name = "test";
    model.info.embed_dim = 2;
    model.info.context_length = 4;
    model.info.vocab_size = 10;
    model.info.checkpoint_sha256 = "abc";
    model.pipeline = &pipeline_;
    service_.emplace(*ServedModels::Create({model}), limits_,
                     CallEnvironment{gate_, observer_, request_ids_, clock_});
    grpc::ServerBuilder builder;
    builder.RegisterService(&*service_);
    server_ = builder.BuildAndStart();
    channel_ = server_->InProcessChannel(grpc::ChannelArguments());
    stub_ = v1::ClipService::NewStub(channel_);
    gate_.Open();
  }

  std::unique_ptr<Stream> Open() {
    Start();
    return stub_->EncodeStream(&context_);
  }

  static v1::EncodeRequest Text(uint64_t id, const std::string& text = "a") {
    v1::EncodeRequest request;
    request.set_id(id);
    request.set_text(text);
    return request;
  }

  // This transport has no buffer: a write returns when the server has read it.
  static std::future<bool> WriteInBackground(Stream& stream,
                                             v1::EncodeRequest request) {
    return std::async(std::launch::async,
                      [&stream, request = std::move(request)] {
                        return stream.Write(request);
                      });
  }

  // Reads one reply, which must come.
  static v1::EncodeResponse Read(Stream& stream) {
    v1::EncodeResponse response;
    EXPECT_TRUE(stream.Read(&response));
    return response;
  }

  // Closes our side and reads to the end.
  static grpc::Status Close(Stream& stream) {
    stream.WritesDone();
    v1::EncodeResponse response;
    EXPECT_FALSE(stream.Read(&response)) << response.ShortDebugString();
    return stream.Finish();
  }

  ServiceLimits limits_;
  batching::RealClock clock_;
  CallGate gate_{clock_};
  StreamObserver observer_;
  RequestIdGenerator request_ids_{0x1234};
  HeldPipeline held_;
  FakePipeline pipeline_{AnswerWith({3.0F, 4.0F})};
  std::optional<ClipService> service_;
  std::unique_ptr<grpc::Server> server_;
  std::shared_ptr<grpc::Channel> channel_;
  std::unique_ptr<v1::ClipService::Stub> stub_;
  grpc::ClientContext context_;
};

TEST_F(EncodeStreamTest, AnswersEveryItemUnderItsId) {
  const auto stream = Open();
  v1::EncodeRequest image;
  image.set_id(7);
  image.mutable_image()->set_encoded("file");
  v1::EncodeRequest tokens;
  tokens.set_id(9);
  tokens.mutable_token_ids()->add_ids(1);
  for (const v1::EncodeRequest& request : {image, Text(8), tokens}) {
    ASSERT_TRUE(stream->Write(request));
    const v1::EncodeResponse response = Read(*stream);
    EXPECT_EQ(response.id(), request.id());
    EXPECT_FALSE(response.has_status());
    EXPECT_THAT(response.embedding().values(),
                ElementsAre(FloatEq(0.6F), FloatEq(0.8F)));
    EXPECT_EQ(response.token_count(), 3U);
  }
  EXPECT_TRUE(Close(*stream).ok());
  EXPECT_EQ(observer_.AwaitEnd(), absl::StatusCode::kOk);
  EXPECT_EQ(observer_.items(), 3);
  EXPECT_EQ(observer_.item_codes(absl::StatusCode::kOk), 3);
}

TEST_F(EncodeStreamTest, EndsWithOkWhenNothingWasSent) {
  const auto stream = Open();
  EXPECT_TRUE(Close(*stream).ok());
  EXPECT_EQ(context_.GetServerTrailingMetadata().count("x-request-id"), 1U);
}

TEST_F(EncodeStreamTest, TakesModelAndOptionsFromTheFirstMessage) {
  const auto stream = Open();
  v1::EncodeRequest first = Text(1);
  first.set_model("test");
  first.mutable_options()->set_normalize(false);
  stream->Write(first);
  const v1::EncodeResponse response = Read(*stream);
  EXPECT_THAT(response.embedding().values(), ElementsAre(3.0F, 4.0F));
  EXPECT_EQ(response.model().name(), "test");
  EXPECT_EQ(response.model().checkpoint_sha256(), "abc");
  stream->Write(Text(2));
  const v1::EncodeResponse second = Read(*stream);
  EXPECT_THAT(second.embedding().values(), ElementsAre(3.0F, 4.0F));
  EXPECT_FALSE(second.has_model());
  stream->Write(first);
  const v1::EncodeResponse third = Read(*stream);
  EXPECT_EQ(third.status().code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_THAT(third.status().message(), HasSubstr("options"));
  EXPECT_TRUE(Close(*stream).ok());
}

TEST_F(EncodeStreamTest, ABadItemFailsAlone) {
  const auto stream = Open();
  v1::EncodeRequest empty;
  empty.set_id(1);
  stream->Write(empty);
  v1::EncodeResponse response = Read(*stream);
  EXPECT_EQ(response.id(), 1U);
  EXPECT_EQ(response.status().code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(response.status().message(),
            "item: one of image, text and token_ids must be set");
  EXPECT_EQ(response.status().details_size(), 1);
  EXPECT_FALSE(response.has_embedding());

  pipeline_.set_handler(FailWith(absl::InvalidArgumentError("no file"), 0));
  v1::EncodeRequest image;
  image.mutable_image()->set_encoded("file");
  stream->Write(image);
  EXPECT_EQ(Read(*stream).status().message(), "image.encoded: no file");

  pipeline_.set_handler(AnswerWith({3.0F, 4.0F}));
  stream->Write(Text(3));
  EXPECT_TRUE(Read(*stream).has_embedding());
  EXPECT_TRUE(Close(*stream).ok());
  EXPECT_EQ(observer_.item_codes(absl::StatusCode::kInvalidArgument), 2);
}

TEST_F(EncodeStreamTest, ADefectOfOneItemIsHiddenFromTheClientAndReported) {
  const auto stream = Open();
  for (const bool throws : {false, true}) {
    pipeline_.set_handler([throws](auto, auto, const auto& done) {
      if (throws) throw std::runtime_error("secret path");
      CallResult result;
      result.status = absl::InternalError("secret path");
      done(std::move(result));
    });
    stream->Write(Text(5));
    const v1::EncodeResponse response = Read(*stream);
    EXPECT_EQ(response.id(), 5U);
    EXPECT_EQ(response.status().code(), grpc::StatusCode::INTERNAL);
    EXPECT_THAT(response.status().message(), HasSubstr("request id "));
    EXPECT_THAT(response.status().message(), Not(HasSubstr("secret")));
    EXPECT_EQ(observer_.last_cause(), "secret path");
  }
  EXPECT_TRUE(Close(*stream).ok());
}

TEST_F(EncodeStreamTest, AnItemThatThePipelineLosesIsAnswered) {
  const auto stream = Open();
  pipeline_.set_handler([](auto, auto, const auto&) {});
  stream->Write(Text(5));
  EXPECT_EQ(Read(*stream).status().code(), grpc::StatusCode::INTERNAL);
  EXPECT_TRUE(Close(*stream).ok());
}

TEST_F(EncodeStreamTest, AMalformedMessageEndsTheStreamAfterTheReplies) {
  pipeline_.set_handler(held_.Handler());
  Start();
  grpc::GenericStub generic(channel_);
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

TEST_F(EncodeStreamTest, AnUnknownModelAndBadOptionsEndTheStream) {
  auto stream = Open();
  v1::EncodeRequest request = Text(1);
  request.set_model("other");
  stream->Write(request);
  EXPECT_EQ(Close(*stream).error_code(), grpc::StatusCode::NOT_FOUND);
  grpc::ClientContext context;
  stream = stub_->EncodeStream(&context);
  request = Text(1);
  request.mutable_options()->set_dimensions(3);
  stream->Write(request);
  EXPECT_EQ(Close(*stream).error_code(), grpc::StatusCode::INVALID_ARGUMENT);
}

TEST_F(EncodeStreamTest, ItemsAreBulkWorkThatWaitsForRoom) {
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

TEST_F(EncodeStreamTest, AStreamMayAskForAnotherPriority) {
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
  EXPECT_EQ(stub_->EncodeStream(&unknown)->Finish().error_code(),
            grpc::StatusCode::INVALID_ARGUMENT);
}

TEST_F(EncodeStreamTest, RepliesComeInTheOrderOfCompletion) {
  pipeline_.set_handler(held_.Handler());
  const auto stream = Open();
  for (size_t i = 0; i < 3; ++i) {
    stream->Write(Text(i));
    held_.AwaitCalls(i + 1);
    held_.LetIn(i);
  }
  for (const uint64_t index : {2, 0, 1}) {
    held_.Answer(index, 1.0F);
    EXPECT_EQ(Read(*stream).id(), index);
  }
  EXPECT_TRUE(Close(*stream).ok());
}

TEST_F(EncodeStreamTest, TakesNoMoreItemsThanTheLimitUntilOneIsAnswered) {
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

TEST_F(EncodeStreamTest, ACancelledStreamEndsAtOnceAndTellsItsItems) {
  pipeline_.set_handler(held_.Handler());
  const auto stream = Open();
  stream->Write(Text(1));
  held_.AwaitCalls(1);
  observer_.AwaitOpen(1);
  context_.TryCancel();
  EXPECT_EQ(observer_.AwaitEnd(), absl::StatusCode::kCancelled);
  EXPECT_TRUE(held_.options(0).cancellation->IsCancelled());
  observer_.AwaitOpen(0);
  // Its end comes to nobody.
  held_.Fail(0, absl::CancelledError("gone"));
  EXPECT_EQ(stream->Finish().error_code(), grpc::StatusCode::CANCELLED);
}

TEST_F(EncodeStreamTest, ADeadlineIsTheItemsDeadlineAndEndsTheStream) {
  pipeline_.set_handler(held_.Handler());
  const auto deadline =
      std::chrono::system_clock::now() + std::chrono::milliseconds(200);
  context_.set_deadline(deadline);
  const auto stream = Open();
  stream->Write(Text(1));
  held_.AwaitCalls(1);
  EXPECT_LT(held_.options(0).deadline, absl::InfiniteFuture());
  EXPECT_EQ(stream->Finish().error_code(), grpc::StatusCode::DEADLINE_EXCEEDED);
  EXPECT_EQ(observer_.AwaitEnd(), absl::StatusCode::kDeadlineExceeded);
}

TEST_F(EncodeStreamTest, ADrainAnswersWhatWasTakenThenSaysUnavailable) {
  pipeline_.set_handler(held_.Handler());
  const auto stream = Open();
  stream->Write(Text(1));
  held_.AwaitCalls(1);
  held_.LetIn(0);
  gate_.Close();
  service_->DrainStreams();
  std::future<bool> late = WriteInBackground(*stream, Text(2));
  held_.Answer(0, 1.0F);
  EXPECT_EQ(Read(*stream).id(), 1U);
  v1::EncodeResponse response;
  EXPECT_FALSE(stream->Read(&response));
  EXPECT_EQ(stream->Finish().error_code(), grpc::StatusCode::UNAVAILABLE);
  EXPECT_EQ(held_.calls(), 1U);
  EXPECT_TRUE(gate_.WaitUntilIdle(absl::InfiniteFuture()));
}

TEST_F(EncodeStreamTest, ADrainEndsAnIdleStream) {
  const auto stream = Open();
  stream->Write(Text(1));
  Read(*stream);
  service_->DrainStreams();
  v1::EncodeResponse response;
  EXPECT_FALSE(stream->Read(&response));
  EXPECT_EQ(stream->Finish().error_code(), grpc::StatusCode::UNAVAILABLE);
}

TEST_F(EncodeStreamTest, TurnsStreamsAwayThatAreTooManyOrTooLate) {
  limits_.stream.max_streams = 1;
  const auto first = Open();
  observer_.AwaitOpen(1);
  grpc::ClientContext second_context;
  const auto second = stub_->EncodeStream(&second_context);
  EXPECT_EQ(second->Finish().error_code(),
            grpc::StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_EQ(second_context.GetServerTrailingMetadata().count(
                "grpc-retry-pushback-ms"),
            1U);
  gate_.Close();
  grpc::ClientContext third_context;
  const auto third = stub_->EncodeStream(&third_context);
  EXPECT_EQ(third->Finish().error_code(), grpc::StatusCode::UNAVAILABLE);
  EXPECT_TRUE(Close(*first).ok());
}

}  // namespace
}  // namespace clip::server

#include "server/service/clip_service.h"

#include <gmock/gmock.h>
#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/security/server_credentials.h>
#include <grpcpp/server.h>
#include <grpcpp/server_builder.h>
#include <gtest/gtest.h>

#include <future>
#include <memory>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/time/clock.h"
#include "clip/v1/clip.grpc.pb.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "server/batching/real_clock.h"
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
class FakeObserver final : public CallObserver {
 public:
  struct Seen {
    RpcMethod method;
    std::string request_id;
    absl::StatusCode code;
    std::string cause;
    std::optional<RejectReason> rejected;
  };

  void OnCallFinished(const CallRecord& record) override {
    const std::lock_guard<std::mutex> lock(mutex_);
    seen_.push_back({record.method, std::string(record.request_id), record.code,
                     std::string(record.cause), record.rejected});
  }
  void OnLabelSetChanged(const LabelSetChange& change) override {
    const std::lock_guard<std::mutex> lock(mutex_);
    label_sets_ += change.delta;
  }
  int label_sets() {
    const std::lock_guard<std::mutex> lock(mutex_);
    return label_sets_;
  }
  std::vector<Seen> seen() {
    const std::lock_guard<std::mutex> lock(mutex_);
    return seen_;
  }

 private:
  std::mutex mutex_;
  std::vector<Seen> seen_;
  int label_sets_ = 0;
};

ServedModel TestModel(EmbeddingPipeline* pipeline) {
  ServedModel model;
  model.name = "test";
  model.info.embed_dim = 2;
  model.info.context_length = 4;
  model.info.vocab_size = 10;
  model.info.logit_scale = 10.0F;
  model.pipeline = pipeline;
  return model;
}

// The service behind a real gRPC server, without a port.
class ClipServiceTest : public ::testing::Test {
 protected:
  ClipServiceTest() : request_ids_(0x1234) {
    service_.emplace(*ServedModels::Create({TestModel(&pipeline_)}),
                     ServiceLimits(),
                     CallEnvironment{gate_, observer_, request_ids_, clock_});
    grpc::ServerBuilder builder;
    builder.RegisterService(&*service_);
    server_ = builder.BuildAndStart();
    channel_ = server_->InProcessChannel(grpc::ChannelArguments());
    stub_ = v1::ClipService::NewStub(channel_);
    gate_.Open();
  }
  ~ClipServiceTest() override { server_->Shutdown(); }

  static v1::EncodeImageRequest OneImage() {
    v1::EncodeImageRequest request;
    request.add_images()->set_encoded("file");
    return request;
  }

  grpc::Status EncodeImage(const v1::EncodeImageRequest& request) {
    return stub_->EncodeImage(&context_, request, &image_response_);
  }

  static v1::PutLabelSetRequest Pets() {
    v1::PutLabelSetRequest request;
    request.set_name("pets");
    request.add_labels("cat");
    request.add_labels("dog");
    return request;
  }

  grpc::Status PutLabelSet(const v1::PutLabelSetRequest& request) {
    grpc::ClientContext context;
    return stub_->PutLabelSet(&context, request, &put_response_);
  }

  grpc::Status ScoreAgainst(const std::string& label_set) {
    v1::SimilarityRequest request;
    request.add_images()->set_encoded("file");
    request.set_label_set(label_set);
    grpc::ClientContext context;
    return stub_->Similarity(&context, request, &scores_);
  }

  // Sends bytes that need not be a message.
  grpc::Status SendRaw(const std::string& method, const std::string& bytes) {
    grpc::GenericStub stub(channel_);
    const grpc::Slice slice(bytes);
    const grpc::ByteBuffer request(&slice, 1);
    grpc::ByteBuffer response;
    std::promise<grpc::Status> done;
    stub.UnaryCall(&context_, method, grpc::StubOptions(), &request, &response,
                   [&done](grpc::Status status) { done.set_value(status); });
    return done.get_future().get();
  }

  std::string Trailer(const std::string& key) const {
    const auto& trailers = context_.GetServerTrailingMetadata();
    const auto found = trailers.find(key);
    return found == trailers.end()
               ? ""
               : std::string(found->second.data(), found->second.size());
  }

  batching::RealClock clock_;
  CallGate gate_{clock_};
  FakeObserver observer_;
  RequestIdGenerator request_ids_;
  FakePipeline pipeline_{AnswerWith({3.0F, 4.0F})};
  std::optional<ClipService> service_;
  std::unique_ptr<grpc::Server> server_;
  std::shared_ptr<grpc::Channel> channel_;
  std::unique_ptr<v1::ClipService::Stub> stub_;
  grpc::ClientContext context_;
  v1::EncodeImageResponse image_response_;
  v1::PutLabelSetResponse put_response_;
  v1::SimilarityResponse scores_;
};

TEST_F(ClipServiceTest, EncodesPictures) {
  ASSERT_TRUE(EncodeImage(OneImage()).ok());
  ASSERT_EQ(image_response_.embeddings_size(), 1);
  EXPECT_THAT(image_response_.embeddings(0).values(),
              ElementsAre(FloatEq(0.6F), FloatEq(0.8F)));
  EXPECT_EQ(image_response_.model().name(), "test");
  EXPECT_GT(image_response_.timing().total_seconds(), 0.0);
}

TEST_F(ClipServiceTest, ReadsThePriorityFromTheMetadata) {
  std::optional<batching::Priority> seen;
  pipeline_.set_handler(
      [&seen](const auto& items, const CallOptions& options, const auto& done) {
        seen = options.priority;
        AnswerWith({3.0F, 4.0F})(items, options, done);
      });
  ASSERT_TRUE(EncodeImage(OneImage()).ok());
  EXPECT_EQ(seen, batching::Priority::kInteractive);
  grpc::ClientContext bulk;
  bulk.AddMetadata("x-clip-priority", "bulk");
  ASSERT_TRUE(stub_->EncodeImage(&bulk, OneImage(), &image_response_).ok());
  EXPECT_EQ(seen, batching::Priority::kBulk);
  seen.reset();
  for (const char* value : {"", "BULK", "7"}) {
    grpc::ClientContext unknown;
    unknown.AddMetadata("x-clip-priority", value);
    const grpc::Status status =
        stub_->EncodeImage(&unknown, OneImage(), &image_response_);
    EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
    EXPECT_THAT(status.error_message(), HasSubstr("x-clip-priority"));
  }
  EXPECT_FALSE(seen.has_value());
}

TEST_F(ClipServiceTest, EncodesTexts) {
  v1::EncodeTextRequest request;
  request.add_texts("a");
  request.add_texts("b");
  v1::EncodeTextResponse response;
  ASSERT_TRUE(stub_->EncodeText(&context_, request, &response).ok());
  EXPECT_EQ(response.embeddings_size(), 2);
  EXPECT_THAT(response.token_count(), ElementsAre(3, 3));
}

TEST_F(ClipServiceTest, ScoresPicturesAgainstTexts) {
  v1::SimilarityRequest request;
  request.add_images()->set_encoded("file");
  request.add_texts("a");
  v1::SimilarityResponse response;
  ASSERT_TRUE(stub_->Similarity(&context_, request, &response).ok());
  EXPECT_THAT(response.logits(), ElementsAre(FloatEq(10.0F)));
  EXPECT_THAT(response.probabilities(), ElementsAre(FloatEq(1.0F)));
}

TEST_F(ClipServiceTest, ScoresTheCallersEmbeddingsWithoutTheModel) {
  pipeline_.set_handler(FailWith(absl::InternalError("was called")));
  v1::SimilarityRequest request;
  request.add_image_embeddings()->mutable_values()->Add(1.0F);
  request.mutable_image_embeddings(0)->add_values(0.0F);
  *request.add_text_embeddings() = request.image_embeddings(0);
  v1::SimilarityResponse response;
  ASSERT_TRUE(stub_->Similarity(&context_, request, &response).ok());
  EXPECT_THAT(response.logits(), ElementsAre(FloatEq(10.0F)));
}

TEST_F(ClipServiceTest, ListsAndDescribesModels) {
  v1::ListModelsResponse list;
  ASSERT_TRUE(
      stub_->ListModels(&context_, v1::ListModelsRequest(), &list).ok());
  ASSERT_EQ(list.models_size(), 1);
  EXPECT_EQ(list.models(0).name(), "test");
  grpc::ClientContext context;
  v1::GetModelResponse model;
  ASSERT_TRUE(stub_->GetModel(&context, v1::GetModelRequest(), &model).ok());
  EXPECT_EQ(model.model().embed_dim(), 2U);
}

TEST_F(ClipServiceTest, AnUnknownModelIsNotFound) {
  v1::EncodeImageRequest request = OneImage();
  request.set_model("other");
  const grpc::Status status = EncodeImage(request);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::NOT_FOUND);
  EXPECT_THAT(status.error_message(), HasSubstr("\"other\""));
}

TEST_F(ClipServiceTest, MalformedBytesAreAnInvalidArgument) {
  for (const char* method :
       {"EncodeImage", "EncodeText", "Similarity", "GetModel", "PutLabelSet",
        "ListLabelSets", "DeleteLabelSet"}) {
    grpc::ClientContext context;
    grpc::GenericStub stub(channel_);
    const grpc::Slice slice(std::string("\x0A\x7F cut short"));
    const grpc::ByteBuffer request(&slice, 1);
    grpc::ByteBuffer response;
    std::promise<grpc::Status> done;
    stub.UnaryCall(&context, std::string("/clip.v1.ClipService/") + method,
                   grpc::StubOptions(), &request, &response,
                   [&done](grpc::Status status) { done.set_value(status); });
    EXPECT_EQ(done.get_future().get().error_code(),
              grpc::StatusCode::INVALID_ARGUMENT)
        << method;
  }
}

TEST_F(ClipServiceTest, AStringThatIsNotUtf8IsNamed) {
  const grpc::Status status = SendRaw("/clip.v1.ClipService/EncodeText",
                                      "\x12\x02ok\x12\x03"
                                      "a\xFF"
                                      "b");
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(status.error_message(), "texts[1]: not UTF-8");
}

TEST_F(ClipServiceTest, ABadItemIsNamedInMessageAndDetails) {
  pipeline_.set_handler(
      FailWith(absl::InvalidArgumentError("the file is truncated"), 1));
  v1::EncodeImageRequest request = OneImage();
  request.add_images()->set_encoded("cut");
  const grpc::Status status = EncodeImage(request);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(status.error_message(), "images[1].encoded: the file is truncated");
  google::rpc::Status details;
  google::rpc::BadRequest bad_request;
  ASSERT_TRUE(details.ParseFromString(status.error_details()));
  ASSERT_TRUE(details.details(0).UnpackTo(&bad_request));
  EXPECT_EQ(bad_request.field_violations(0).field(), "images[1].encoded");
}

TEST_F(ClipServiceTest, AFullPipelineSaysWhenToRetry) {
  pipeline_.set_handler(FailWith(absl::ResourceExhaustedError("full"), -1,
                                 absl::Milliseconds(250)));
  const grpc::Status status = EncodeImage(OneImage());
  EXPECT_EQ(status.error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_EQ(Trailer("grpc-retry-pushback-ms"), "250");
  google::rpc::Status details;
  google::rpc::RetryInfo retry_info;
  ASSERT_TRUE(details.ParseFromString(status.error_details()));
  ASSERT_TRUE(details.details(0).UnpackTo(&retry_info));
  EXPECT_EQ(retry_info.retry_delay().nanos(), 250000000);
}

TEST_F(ClipServiceTest, OtherRefusalsKeepTheirCode) {
  const struct {
    absl::Status status;
    grpc::StatusCode code;
  } cases[] = {
      {absl::DeadlineExceededError("x"), grpc::StatusCode::DEADLINE_EXCEEDED},
      {absl::CancelledError("x"), grpc::StatusCode::CANCELLED},
      {absl::UnavailableError("x"), grpc::StatusCode::UNAVAILABLE},
      {absl::InternalError("x"), grpc::StatusCode::INTERNAL},
      {absl::UnknownError("x"), grpc::StatusCode::INTERNAL},
      {absl::FailedPreconditionError("x"), grpc::StatusCode::INTERNAL},
  };
  for (const auto& test_case : cases) {
    pipeline_.set_handler(FailWith(test_case.status));
    grpc::ClientContext context;
    EXPECT_EQ(
        stub_->EncodeImage(&context, OneImage(), &image_response_).error_code(),
        test_case.code);
  }
}

TEST_F(ClipServiceTest, ADefectShowsTheRequestIdAndHidesTheCause) {
  pipeline_.set_handler(FailWith(absl::InternalError("secret of layer 7")));
  const grpc::Status status = EncodeImage(OneImage());
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INTERNAL);
  EXPECT_THAT(status.error_message(), Not(HasSubstr("secret")));
  ASSERT_EQ(observer_.seen().size(), 1U);
  const FakeObserver::Seen seen = observer_.seen()[0];
  EXPECT_THAT(status.error_message(), HasSubstr(seen.request_id));
  EXPECT_EQ(seen.cause, "secret of layer 7");
  EXPECT_EQ(Trailer("x-request-id"), seen.request_id);
}

TEST_F(ClipServiceTest, AnExceptionInTheMethodIsInternal) {
  pipeline_.set_handler([](auto&&...) { throw std::runtime_error("boom"); });
  const grpc::Status status = EncodeImage(OneImage());
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INTERNAL);
  EXPECT_THAT(status.error_message(), HasSubstr("request id"));
  EXPECT_EQ(observer_.seen()[0].cause, "boom");
}

TEST_F(ClipServiceTest, AnExceptionWhileWritingTheReplyIsInternal) {
  // An embedding shorter than the model's dimensions cannot be cut to them.
  pipeline_.set_handler([](const std::vector<PipelineItem>& items,
                           const CallOptions&,
                           const EmbeddingPipeline::Done& done) {
    CallResult result;
    result.items.resize(items.size());
    done(std::move(result));
  });
  EXPECT_EQ(EncodeImage(OneImage()).error_code(), grpc::StatusCode::INTERNAL);
}

TEST_F(ClipServiceTest, ACallThatIsForgottenIsInternal) {
  pipeline_.set_handler([](auto&&...) {});
  EXPECT_EQ(EncodeImage(OneImage()).error_code(), grpc::StatusCode::INTERNAL);
  ASSERT_EQ(observer_.seen().size(), 1U);
  EXPECT_THAT(observer_.seen()[0].cause, HasSubstr("without an answer"));
}

TEST_F(ClipServiceTest, TheFirstAnswerCounts) {
  pipeline_.set_handler([](std::vector<PipelineItem> items, CallOptions options,
                           const EmbeddingPipeline::Done& done) {
    AnswerWith({1.0F, 0.0F})(items, options, done);
    AnswerWith({0.0F, 1.0F})(items, options, done);
    throw std::runtime_error("after the answer");
  });
  ASSERT_TRUE(EncodeImage(OneImage()).ok());
  EXPECT_THAT(image_response_.embeddings(0).values(), ElementsAre(1.0F, 0.0F));
  EXPECT_EQ(observer_.seen().size(), 1U);
}

TEST_F(ClipServiceTest, AClosedGateIsUnavailable) {
  gate_.Close();
  EXPECT_EQ(EncodeImage(OneImage()).error_code(),
            grpc::StatusCode::UNAVAILABLE);
  EXPECT_EQ(observer_.seen()[0].rejected, RejectReason::kDraining);
}

TEST_F(ClipServiceTest, EveryCallLeavesTheGate) {
  ASSERT_TRUE(EncodeImage(OneImage()).ok());
  EXPECT_TRUE(gate_.WaitUntilIdle(absl::InfiniteFuture()));
}

TEST_F(ClipServiceTest, TellsWhatItRefusedItself) {
  EXPECT_FALSE(EncodeImage(v1::EncodeImageRequest()).ok());
  ASSERT_EQ(observer_.seen().size(), 1U);
  EXPECT_EQ(observer_.seen()[0].method, RpcMethod::kEncodeImage);
  EXPECT_EQ(observer_.seen()[0].code, absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(observer_.seen()[0].rejected, RejectReason::kInvalid);
}

TEST_F(ClipServiceTest, PassesTheDeadlineOn) {
  std::promise<absl::Time> seen;
  pipeline_.set_handler([&seen](const std::vector<PipelineItem>& items,
                                const CallOptions& options,
                                const EmbeddingPipeline::Done& done) {
    seen.set_value(options.deadline);
    AnswerWith({1.0F, 0.0F})(items, options, done);
  });
  const absl::Time deadline = absl::Now() + absl::Hours(1);
  context_.set_deadline(absl::ToChronoTime(deadline));
  ASSERT_TRUE(EncodeImage(OneImage()).ok());
  // The wire carries a timeout, rounded and shortened by the way.
  EXPECT_LT(absl::AbsDuration(seen.get_future().get() - deadline),
            absl::Minutes(1));
}

TEST_F(ClipServiceTest, NoDeadlineIsInfinite) {
  std::promise<absl::Time> seen;
  pipeline_.set_handler([&seen](const std::vector<PipelineItem>& items,
                                const CallOptions& options,
                                const EmbeddingPipeline::Done& done) {
    seen.set_value(options.deadline);
    AnswerWith({1.0F, 0.0F})(items, options, done);
  });
  ASSERT_TRUE(EncodeImage(OneImage()).ok());
  EXPECT_EQ(seen.get_future().get(), absl::InfiniteFuture());
}

TEST_F(ClipServiceTest, AClientThatLeavesCancelsItsItems) {
  std::promise<std::pair<CallOptions, EmbeddingPipeline::Done>> seen;
  pipeline_.set_handler([&seen](const std::vector<PipelineItem>&,
                                CallOptions options,
                                EmbeddingPipeline::Done done) {
    seen.set_value({std::move(options), std::move(done)});
  });
  std::promise<grpc::Status> finished;
  const v1::EncodeImageRequest request = OneImage();
  stub_->async()->EncodeImage(
      &context_, &request, &image_response_,
      [&finished](grpc::Status status) { finished.set_value(status); });
  auto [options, done] = seen.get_future().get();
  EXPECT_FALSE(options.cancellation->IsCancelled());
  context_.TryCancel();
  EXPECT_EQ(finished.get_future().get().error_code(),
            grpc::StatusCode::CANCELLED);
  // gRPC's news of it arrive on a thread of its own.
  while (!options.cancellation->IsCancelled()) std::this_thread::yield();
  CallResult result;
  result.status = absl::CancelledError("the caller has gone");
  done(std::move(result));
  EXPECT_EQ(observer_.seen()[0].code, absl::StatusCode::kCancelled);
}

TEST_F(ClipServiceTest, ALabelSetIsEncodedOnceAndScored) {
  ASSERT_TRUE(PutLabelSet(Pets()).ok());
  EXPECT_THAT(put_response_.label_set().labels(), ElementsAre("cat", "dog"));
  EXPECT_EQ(put_response_.label_set().template_count(), 7U);
  EXPECT_EQ(put_response_.label_set().model().name(), "test");
  EXPECT_GT(put_response_.timing().total_seconds(), 0.0);
  std::promise<size_t> items_seen;
  pipeline_.set_handler([&items_seen](const std::vector<PipelineItem>& items,
                                      const CallOptions& options,
                                      const EmbeddingPipeline::Done& done) {
    items_seen.set_value(items.size());
    AnswerWith({6.0F, 8.0F})(items, options, done);
  });
  ASSERT_TRUE(ScoreAgainst("pets").ok());
  // Only the picture is encoded.
  EXPECT_EQ(items_seen.get_future().get(), 1U);
  EXPECT_EQ(scores_.columns(), 2U);
  EXPECT_THAT(scores_.labels(), ElementsAre("cat", "dog"));
  EXPECT_THAT(scores_.logits(), ElementsAre(FloatEq(10.0F), FloatEq(10.0F)));
  EXPECT_THAT(scores_.probabilities(), ElementsAre(0.5F, 0.5F));
  EXPECT_THAT(scores_.token_count(), ElementsAre());
}

TEST_F(ClipServiceTest, AnUnknownLabelSetIsNotFound) {
  const grpc::Status status = ScoreAgainst("pets");
  EXPECT_EQ(status.error_code(), grpc::StatusCode::NOT_FOUND);
  EXPECT_THAT(status.error_message(), HasSubstr("\"pets\""));
}

TEST_F(ClipServiceTest, ALabelSetExcludesTexts) {
  v1::SimilarityRequest request;
  request.add_images()->set_encoded("file");
  request.add_texts("a");
  request.set_label_set("pets");
  const grpc::Status status = stub_->Similarity(&context_, request, &scores_);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_THAT(status.error_message(), HasSubstr("label_set: "));
}

TEST_F(ClipServiceTest, LabelSetsAreListedReplacedAndDeleted) {
  ASSERT_TRUE(PutLabelSet(Pets()).ok());
  v1::PutLabelSetRequest replacement = Pets();
  replacement.add_labels("emu");
  ASSERT_TRUE(PutLabelSet(replacement).ok());
  v1::ListLabelSetsResponse list;
  ASSERT_TRUE(
      stub_->ListLabelSets(&context_, v1::ListLabelSetsRequest(), &list).ok());
  ASSERT_EQ(list.label_sets_size(), 1);
  EXPECT_EQ(list.label_sets(0).labels_size(), 3);
  EXPECT_EQ(observer_.label_sets(), 1);

  v1::DeleteLabelSetRequest request;
  request.set_name("pets");
  v1::DeleteLabelSetResponse response;
  grpc::ClientContext context;
  ASSERT_TRUE(stub_->DeleteLabelSet(&context, request, &response).ok());
  EXPECT_EQ(observer_.label_sets(), 0);
  grpc::ClientContext again;
  EXPECT_EQ(stub_->DeleteLabelSet(&again, request, &response).error_code(),
            grpc::StatusCode::NOT_FOUND);
}

TEST_F(ClipServiceTest, ABadLabelSetIsNamedAndNotKept) {
  v1::PutLabelSetRequest request = Pets();
  request.add_labels("cat");
  const grpc::Status status = PutLabelSet(request);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_THAT(status.error_message(), HasSubstr("labels[2]"));
  pipeline_.set_handler(FailWith(absl::ResourceExhaustedError("full")));
  EXPECT_EQ(PutLabelSet(Pets()).error_code(),
            grpc::StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_EQ(ScoreAgainst("pets").error_code(), grpc::StatusCode::NOT_FOUND);
}

TEST_F(ClipServiceTest, ALabelSetThatThePipelineLosesIsInternal) {
  pipeline_.set_handler([](auto&&...) {});
  EXPECT_EQ(PutLabelSet(Pets()).error_code(), grpc::StatusCode::INTERNAL);
  EXPECT_TRUE(absl::IsInternal(service_->MakeLabelSet(Pets())));
}

TEST_F(ClipServiceTest, AServerMakesItsOwnLabelSets) {
  EXPECT_TRUE(service_->MakeLabelSet(Pets()).ok());
  EXPECT_TRUE(ScoreAgainst("pets").ok());
  v1::PutLabelSetRequest bad = Pets();
  bad.clear_labels();
  EXPECT_TRUE(absl::IsInvalidArgument(service_->MakeLabelSet(bad)));
}

TEST_F(ClipServiceTest, LabelSetsMayBeMadeAndUsedAtOnce) {
  ASSERT_TRUE(PutLabelSet(Pets()).ok());
  std::vector<std::thread> threads;
  for (int thread = 0; thread < 4; ++thread) {
    threads.emplace_back([this, thread] {
      for (int i = 0; i < 20; ++i) {
        v1::PutLabelSetResponse response;
        v1::SimilarityResponse scores;
        v1::SimilarityRequest request;
        request.add_images()->set_encoded("file");
        request.set_label_set("pets");
        grpc::ClientContext context;
        const grpc::Status status =
            thread % 2 == 0 ? stub_->PutLabelSet(&context, Pets(), &response)
                            : stub_->Similarity(&context, request, &scores);
        EXPECT_TRUE(status.ok()) << status.error_message();
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(observer_.label_sets(), 1);
}

}  // namespace
}  // namespace clip::server

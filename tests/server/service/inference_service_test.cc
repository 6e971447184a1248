#include "server/service/inference_service.h"

#include <gmock/gmock.h>
#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/server.h>
#include <grpcpp/server_builder.h>
#include <gtest/gtest.h>

#include <cstring>
#include <future>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/time/clock.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "server/batching/mutex.h"
#include "server/batching/real_clock.h"
#include "tests/testing/fake_pipeline.h"

namespace clip::server {
namespace {

using ::clip::testing::AnswerWith;
using ::clip::testing::FailWith;
using ::clip::testing::FakePipeline;
using inference::GRPCInferenceService;
using inference::ModelInferRequest;
using ::testing::ElementsAre;
using ::testing::FloatEq;
using ::testing::HasSubstr;
using ::testing::Not;

// Keeps what it is told.
class CallLog final : public CallObserver {
 public:
  struct Seen {
    RpcMethod method;
    absl::StatusCode code;
    std::string cause;
    std::optional<RejectReason> rejected;
  };

  void OnCallFinished(const CallRecord& record) override {
    batching::MutexLock lock(mutex_);
    seen_.push_back({record.method, record.code, std::string(record.cause),
                     record.rejected});
  }
  std::vector<Seen> seen() {
    batching::MutexLock lock(mutex_);
    return seen_;
  }

 private:
  batching::Mutex mutex_;
  std::vector<Seen> seen_ ABSL_GUARDED_BY(mutex_);
};

ServedModel ModelOver(EmbeddingPipeline* pipeline) {
  ServedModel model;
  model.name = "test";
  model.info.embed_dim = 2;
  model.info.logit_scale = 10.0F;
  model.info.checkpoint_sha256 = "abc123";
  model.pipeline = pipeline;
  return model;
}

// The service behind a real gRPC server, without a port.
class InferenceServiceTest : public ::testing::Test {
 protected:
  InferenceServiceTest() : request_ids_(0x1234) {
    service_.emplace(
        *ServedModels::Create({ModelOver(&pipeline_)}), ServiceLimits(),
        CallEnvironment{gate_, observer_, request_ids_, clock_}, ready_);
    grpc::ServerBuilder builder;
    builder.RegisterService(&*service_);
    server_ = builder.BuildAndStart();
    channel_ = server_->InProcessChannel(grpc::ChannelArguments());
    stub_ = GRPCInferenceService::NewStub(channel_);
    gate_.Open();
  }
  ~InferenceServiceTest() override { server_->Shutdown(); }

  static void AddInput(ModelInferRequest& request, const std::string& name,
                       const std::vector<std::string>& elements) {
    ModelInferRequest::InferInputTensor& tensor = *request.add_inputs();
    tensor.set_name(name);
    tensor.set_datatype("BYTES");
    tensor.add_shape(static_cast<int64_t>(elements.size()));
    for (const std::string& element : elements) {
      tensor.mutable_contents()->add_bytes_contents(element);
    }
  }

  static ModelInferRequest OneText() {
    ModelInferRequest request;
    request.set_id("7");
    AddInput(request, "text", {"a cat"});
    return request;
  }

  grpc::Status Infer(const ModelInferRequest& request) {
    return stub_->ModelInfer(&context_, request, &response_);
  }

  static std::vector<float> ValuesOf(const std::string& bytes) {
    std::vector<float> values(bytes.size() / sizeof(float));
    std::memcpy(values.data(), bytes.data(), bytes.size());
    return values;
  }

  bool IsModelReady(const std::string& name, const std::string& version = "") {
    grpc::ClientContext context;
    inference::ModelReadyRequest request;
    request.set_name(name);
    request.set_version(version);
    inference::ModelReadyResponse response;
    EXPECT_TRUE(stub_->ModelReady(&context, request, &response).ok());
    return response.ready();
  }

  bool IsServerReady() {
    grpc::ClientContext context;
    inference::ServerReadyResponse response;
    EXPECT_TRUE(
        stub_->ServerReady(&context, inference::ServerReadyRequest(), &response)
            .ok());
    return response.ready();
  }

  bool IsServerLive() {
    grpc::ClientContext context;
    inference::ServerLiveResponse response;
    return stub_
               ->ServerLive(&context, inference::ServerLiveRequest(), &response)
               .ok() &&
           response.live();
  }

  batching::RealClock clock_;
  CallGate gate_{clock_};
  CallLog observer_;
  RequestIdGenerator request_ids_;
  std::atomic<bool> ready_{true};
  FakePipeline pipeline_{AnswerWith({3.0F, 4.0F})};
  std::optional<InferenceService> service_;
  std::unique_ptr<grpc::Server> server_;
  std::shared_ptr<grpc::Channel> channel_;
  std::unique_ptr<GRPCInferenceService::Stub> stub_;
  grpc::ClientContext context_;
  inference::ModelInferResponse response_;
};

TEST_F(InferenceServiceTest, InfersTheEmbeddingOfAText) {
  ASSERT_TRUE(Infer(OneText()).ok());
  EXPECT_EQ(response_.id(), "7");
  EXPECT_EQ(response_.model_name(), "test");
  EXPECT_EQ(response_.model_version(), "abc123");
  ASSERT_EQ(response_.outputs_size(), 1);
  EXPECT_EQ(response_.outputs(0).name(), "text_embedding");
  EXPECT_THAT(response_.outputs(0).shape(), ElementsAre(1, 2));
  EXPECT_THAT(ValuesOf(response_.raw_output_contents(0)),
              ElementsAre(FloatEq(0.6F), FloatEq(0.8F)));
  ASSERT_EQ(observer_.seen().size(), 1U);
  EXPECT_EQ(observer_.seen()[0].method, RpcMethod::kModelInfer);
}

TEST_F(InferenceServiceTest, BothInputsAreOneCallOfThePipeline) {
  std::vector<size_t> calls;
  pipeline_.set_handler([&calls](const std::vector<PipelineItem>& items,
                                 const CallOptions& options,
                                 const EmbeddingPipeline::Done& done) {
    calls.push_back(items.size());
    AnswerWith({3.0F, 4.0F})(items, options, done);
  });
  ModelInferRequest request = OneText();
  AddInput(request, "image", {"file", "file"});
  ASSERT_TRUE(Infer(request).ok());
  EXPECT_THAT(calls, ElementsAre(3U));
  ASSERT_EQ(response_.outputs_size(), 4);
  EXPECT_THAT(response_.outputs(0).shape(), ElementsAre(2, 2));
  EXPECT_EQ(response_.outputs(2).name(), "logits");
  EXPECT_THAT(response_.outputs(2).shape(), ElementsAre(2, 1));
  EXPECT_THAT(ValuesOf(response_.raw_output_contents(2)),
              ElementsAre(FloatEq(10.0F), FloatEq(10.0F)));
}

TEST_F(InferenceServiceTest, ABadElementIsNamedInMessageAndDetails) {
  pipeline_.set_handler(
      FailWith(absl::InvalidArgumentError("the file is truncated"), 1));
  ModelInferRequest request;
  AddInput(request, "image", {"file", "cut"});
  const grpc::Status status = Infer(request);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(status.error_message(), "image[1]: the file is truncated");
  google::rpc::Status details;
  google::rpc::BadRequest bad_request;
  ASSERT_TRUE(details.ParseFromString(status.error_details()));
  ASSERT_TRUE(details.details(0).UnpackTo(&bad_request));
  EXPECT_EQ(bad_request.field_violations(0).field(), "image[1]");
}

TEST_F(InferenceServiceTest, NothingOfARefusedCallRuns) {
  pipeline_.set_handler([](auto&&...) { throw std::runtime_error("ran"); });
  ModelInferRequest request = OneText();
  AddInput(request, "image", {""});
  const grpc::Status status = Infer(request);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(status.error_message(), "image[0]: the file is empty");
  EXPECT_EQ(observer_.seen()[0].rejected, RejectReason::kInvalid);
}

TEST_F(InferenceServiceTest, UnknownModelsAndVersionsAreNotFound) {
  ModelInferRequest request = OneText();
  request.set_model_name("other");
  EXPECT_EQ(Infer(request).error_code(), grpc::StatusCode::NOT_FOUND);
  request.set_model_name("test");
  request.set_model_version("1");
  grpc::ClientContext context;
  EXPECT_EQ(stub_->ModelInfer(&context, request, &response_).error_code(),
            grpc::StatusCode::NOT_FOUND);
  inference::ModelMetadataRequest metadata_request;
  metadata_request.set_name("other");
  inference::ModelMetadataResponse metadata;
  grpc::ClientContext metadata_context;
  EXPECT_EQ(stub_->ModelMetadata(&metadata_context, metadata_request, &metadata)
                .error_code(),
            grpc::StatusCode::NOT_FOUND);
  inference::ModelConfigRequest config_request;
  config_request.set_name("other");
  inference::ModelConfigResponse config;
  grpc::ClientContext config_context;
  EXPECT_EQ(
      stub_->ModelConfig(&config_context, config_request, &config).error_code(),
      grpc::StatusCode::NOT_FOUND);
}

TEST_F(InferenceServiceTest, AFullPipelineSaysWhenToRetry) {
  pipeline_.set_handler(FailWith(absl::ResourceExhaustedError("full"), -1,
                                 absl::Milliseconds(250)));
  EXPECT_EQ(Infer(OneText()).error_code(),
            grpc::StatusCode::RESOURCE_EXHAUSTED);
  const auto& trailers = context_.GetServerTrailingMetadata();
  const auto pushback = trailers.find("grpc-retry-pushback-ms");
  ASSERT_NE(pushback, trailers.end());
  EXPECT_EQ(pushback->second, "250");
  EXPECT_NE(trailers.find("x-request-id"), trailers.end());
}

TEST_F(InferenceServiceTest, OtherRefusalsKeepTheirCode) {
  const struct {
    absl::Status status;
    grpc::StatusCode code;
  } cases[] = {
      {absl::DeadlineExceededError("x"), grpc::StatusCode::DEADLINE_EXCEEDED},
      {absl::CancelledError("x"), grpc::StatusCode::CANCELLED},
      {absl::UnavailableError("x"), grpc::StatusCode::UNAVAILABLE},
      {absl::InternalError("x"), grpc::StatusCode::INTERNAL},
  };
  for (const auto& test_case : cases) {
    pipeline_.set_handler(FailWith(test_case.status));
    grpc::ClientContext context;
    EXPECT_EQ(stub_->ModelInfer(&context, OneText(), &response_).error_code(),
              test_case.code);
  }
}

TEST_F(InferenceServiceTest, ADefectHidesItsCause) {
  pipeline_.set_handler(FailWith(absl::InternalError("secret of layer 7")));
  const grpc::Status status = Infer(OneText());
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INTERNAL);
  EXPECT_THAT(status.error_message(), HasSubstr("request id"));
  EXPECT_THAT(status.error_message(), Not(HasSubstr("secret")));
  EXPECT_EQ(observer_.seen()[0].cause, "secret of layer 7");
}

TEST_F(InferenceServiceTest, PassesDeadlineAndPriorityOn) {
  std::promise<CallOptions> seen;
  pipeline_.set_handler([&seen](const std::vector<PipelineItem>& items,
                                const CallOptions& options,
                                const EmbeddingPipeline::Done& done) {
    seen.set_value(options);
    AnswerWith({1.0F, 0.0F})(items, options, done);
  });
  const absl::Time deadline = absl::Now() + absl::Hours(1);
  context_.set_deadline(absl::ToChronoTime(deadline));
  context_.AddMetadata("x-clip-priority", "bulk");
  ASSERT_TRUE(Infer(OneText()).ok());
  const CallOptions options = seen.get_future().get();
  EXPECT_LT(absl::AbsDuration(options.deadline - deadline), absl::Minutes(1));
  EXPECT_EQ(options.priority, batching::Priority::kBulk);
}

TEST_F(InferenceServiceTest, AClientThatLeavesCancelsItsItems) {
  std::promise<std::pair<CallOptions, EmbeddingPipeline::Done>> seen;
  pipeline_.set_handler([&seen](const std::vector<PipelineItem>&,
                                CallOptions options,
                                EmbeddingPipeline::Done done) {
    seen.set_value({std::move(options), std::move(done)});
  });
  std::promise<grpc::Status> finished;
  const ModelInferRequest request = OneText();
  stub_->async()->ModelInfer(
      &context_, &request, &response_,
      [&finished](grpc::Status status) { finished.set_value(status); });
  auto [options, done] = seen.get_future().get();
  context_.TryCancel();
  EXPECT_EQ(finished.get_future().get().error_code(),
            grpc::StatusCode::CANCELLED);
  // gRPC's news of it arrive on a thread of its own.
  while (!options.cancellation->IsCancelled()) std::this_thread::yield();
  CallResult result;
  result.status = absl::CancelledError("the caller has gone");
  done(std::move(result));
}

TEST_F(InferenceServiceTest, AClosedGateRefusesWorkAndStillTellsOfItself) {
  gate_.Close();
  ready_ = false;
  EXPECT_EQ(Infer(OneText()).error_code(), grpc::StatusCode::UNAVAILABLE);
  EXPECT_EQ(observer_.seen()[0].rejected, RejectReason::kDraining);
  EXPECT_TRUE(IsServerLive());
  EXPECT_FALSE(IsServerReady());
  EXPECT_FALSE(IsModelReady("test"));
}

TEST_F(InferenceServiceTest, IsReadyForTheModelsThatItServes) {
  EXPECT_TRUE(IsServerLive());
  EXPECT_TRUE(IsServerReady());
  EXPECT_TRUE(IsModelReady("test"));
  EXPECT_TRUE(IsModelReady(""));
  EXPECT_TRUE(IsModelReady("test", "abc123"));
  EXPECT_FALSE(IsModelReady("test", "1"));
  EXPECT_FALSE(IsModelReady("other"));
  EXPECT_TRUE(gate_.WaitUntilIdle(absl::InfiniteFuture()));
}

TEST_F(InferenceServiceTest, DescribesServerAndModel) {
  inference::ServerMetadataResponse server;
  ASSERT_TRUE(stub_
                  ->ServerMetadata(&context_,
                                   inference::ServerMetadataRequest(), &server)
                  .ok());
  EXPECT_EQ(server.name(), "clip_server");
  EXPECT_THAT(server.version(), ::testing::MatchesRegex("[0-9]+\\.[0-9.]+"));
  EXPECT_EQ(server.extensions_size(), 0);
  grpc::ClientContext metadata_context;
  inference::ModelMetadataResponse metadata;
  ASSERT_TRUE(stub_
                  ->ModelMetadata(&metadata_context,
                                  inference::ModelMetadataRequest(), &metadata)
                  .ok());
  EXPECT_EQ(metadata.name(), "test");
  grpc::ClientContext config_context;
  inference::ModelConfigResponse config;
  ASSERT_TRUE(stub_
                  ->ModelConfig(&config_context,
                                inference::ModelConfigRequest(), &config)
                  .ok());
  EXPECT_EQ(config.config().name(), "test");
}

TEST_F(InferenceServiceTest, CountsWhatBecameOfTheCalls) {
  const auto infer = [this](const ModelInferRequest& request) {
    grpc::ClientContext context;
    return stub_->ModelInfer(&context, request, &response_);
  };
  ModelInferRequest two = OneText();
  AddInput(two, "image", {"file"});
  EXPECT_TRUE(infer(two).ok());
  EXPECT_FALSE(infer(ModelInferRequest()).ok());
  pipeline_.set_handler(FailWith(absl::ResourceExhaustedError("full")));
  EXPECT_FALSE(infer(two).ok());
  inference::ModelStatisticsResponse statistics;
  grpc::ClientContext context;
  ASSERT_TRUE(stub_
                  ->ModelStatistics(&context,
                                    inference::ModelStatisticsRequest(),
                                    &statistics)
                  .ok());
  ASSERT_EQ(statistics.model_stats_size(), 1);
  const inference::ModelStatistics& model = statistics.model_stats(0);
  EXPECT_EQ(model.name(), "test");
  EXPECT_EQ(model.inference_count(), 2U);
  EXPECT_EQ(model.inference_stats().success().count(), 1U);
  EXPECT_EQ(model.inference_stats().fail().count(), 2U);
  EXPECT_GT(model.last_inference(), 0U);
  inference::ModelStatisticsRequest other;
  other.set_name("other");
  grpc::ClientContext other_context;
  EXPECT_EQ(
      stub_->ModelStatistics(&other_context, other, &statistics).error_code(),
      grpc::StatusCode::NOT_FOUND);
}

TEST_F(InferenceServiceTest, MalformedBytesAreAnInvalidArgument) {
  for (const char* method :
       {"ServerLive", "ServerReady", "ModelReady", "ServerMetadata",
        "ModelMetadata", "ModelConfig", "ModelStatistics", "ModelInfer"}) {
    grpc::ClientContext context;
    grpc::GenericStub stub(channel_);
    const grpc::Slice slice(std::string("\x0A\x7F cut short"));
    const grpc::ByteBuffer request(&slice, 1);
    grpc::ByteBuffer response;
    std::promise<grpc::Status> done;
    stub.UnaryCall(&context,
                   std::string("/inference.GRPCInferenceService/") + method,
                   grpc::StubOptions(), &request, &response,
                   [&done](grpc::Status status) { done.set_value(status); });
    EXPECT_EQ(done.get_future().get().error_code(),
              grpc::StatusCode::INVALID_ARGUMENT)
        << method;
  }
}

}  // namespace
}  // namespace clip::server

// Start, health, drain and the ways out, over a real port.
#include <gmock/gmock.h>
#include <grpcpp/support/sync_stream.h>
#include <gtest/gtest.h>

#include <memory>
#include <thread>
#include <vector>

#include "tests/integration/server_fixture.h"
#include "tests/testing/status_matchers.h"

namespace clip::testing {
namespace {

using grpc::health::v1::HealthCheckRequest;
using grpc::health::v1::HealthCheckResponse;
using ::testing::AllOf;
using ::testing::Gt;
using ::testing::HasSubstr;

constexpr char kImageQueue[] = "clip_queue_items{tower=\"image\"}";

class LifecycleTest : public ServerFixture {
 protected:
  // Pictures that the fake model has begun since it was warmed up.
  int ItemsBegun() {
    int items = 0;
    for (const int batch : encoder().image_batches()) items += batch;
    return items - warm_up_items_;
  }
  void RememberWarmUp() { warm_up_items_ = ItemsBegun(); }

 private:
  int warm_up_items_ = 0;
};

TEST_F(LifecycleTest, IsNotServingUntilItHasRunARealBatch) {
  ASSERT_THAT(CreateServer(), IsOk());
  EXPECT_EQ(Check(""), HealthCheckResponse::NOT_SERVING);
  EXPECT_EQ(Check("clip.v1.ClipService"), HealthCheckResponse::NOT_SERVING);
  grpc::ClientContext context;
  v1::EncodeImageResponse response;
  EXPECT_EQ(
      stub().EncodeImage(&context, ImageRequest(1), &response).error_code(),
      grpc::StatusCode::UNAVAILABLE);
  ASSERT_THAT(server().WarmUp(), IsOk());
  EXPECT_FALSE(encoder().image_batches().empty());
  EXPECT_FALSE(encoder().text_batches().empty());
  EXPECT_EQ(Check(""), HealthCheckResponse::NOT_SERVING);
  ASSERT_THAT(server().Start(), IsOk());
  EXPECT_EQ(Check(""), HealthCheckResponse::SERVING);
  EXPECT_EQ(Check("clip.v1.ClipService"), HealthCheckResponse::SERVING);
}

TEST_F(LifecycleTest, AWatchOfItsHealthDoesNotHoldAServerThatNeverServed) {
  ASSERT_THAT(CreateServer(), IsOk());
  grpc::ClientContext context;
  const auto watch = health().Watch(&context, HealthCheckRequest());
  HealthCheckResponse status;
  ASSERT_TRUE(watch->Read(&status));
  DestroyServer();
  while (watch->Read(&status)) {
  }
  EXPECT_FALSE(watch->Finish().ok());
}

TEST_F(LifecycleTest, AModelThatFailsItsWarmUpNeverServes) {
  ASSERT_THAT(CreateServer(), IsOk());
  encoder().set_fault([](const std::vector<float>&) {
    return absl::InternalError("no device");
  });
  EXPECT_THAT(server().WarmUp(), StatusIs(absl::StatusCode::kInternal,
                                          HasSubstr("model fake: warm-up")));
  EXPECT_EQ(Check(""), HealthCheckResponse::NOT_SERVING);
}

TEST_F(LifecycleTest, HealthOfAnUnknownServiceIsNotFound) {
  StartServer();
  grpc::ClientContext context;
  HealthCheckRequest request;
  request.set_service("clip.v1.Other");
  HealthCheckResponse response;
  EXPECT_EQ(health().Check(&context, request, &response).error_code(),
            grpc::StatusCode::NOT_FOUND);
}

TEST_F(LifecycleTest, AWatchSeesEveryChangeAndDoesNotHoldTheShutdown) {
  ASSERT_THAT(CreateServer(), IsOk());
  grpc::ClientContext context;
  const auto watch = health().Watch(&context, HealthCheckRequest());
  HealthCheckResponse response;
  ASSERT_TRUE(watch->Read(&response));
  EXPECT_EQ(response.status(), HealthCheckResponse::NOT_SERVING);
  ASSERT_THAT(server().WarmUp(), IsOk());
  ASSERT_THAT(server().Start(), IsOk());
  ASSERT_TRUE(watch->Read(&response));
  EXPECT_EQ(response.status(), HealthCheckResponse::SERVING);
  std::future<void> drained = DrainInBackground();
  ASSERT_TRUE(watch->Read(&response));
  EXPECT_EQ(response.status(), HealthCheckResponse::NOT_SERVING);
  drained.get();
  EXPECT_FALSE(watch->Read(&response));
}

TEST_F(LifecycleTest, ServesOnDuringTheLameDuckTime) {
  config().lame_duck = absl::Minutes(4);
  StartServer();
  std::future<void> drained = DrainInBackground();
  while (Check("") == HealthCheckResponse::SERVING) std::this_thread::yield();
  PendingCall call(stub(), ImageRequest(5));
  EXPECT_TRUE(call.status().ok());
  // The second request ends the lame-duck time at once.
  signal().Request();
  signal().Request();
  drained.get();
}

TEST_F(LifecycleTest, ADrainAnswersEveryAcceptedCallAndTurnsNewOnesAway) {
  StartServer();
  encoder().CloseGate();
  std::vector<std::unique_ptr<PendingCall>> calls;
  calls.push_back(std::make_unique<PendingCall>(stub(), ImageRequest(1)));
  encoder().AwaitAtGate(1);
  for (int i = 2; i <= 20; ++i) {
    calls.push_back(std::make_unique<PendingCall>(stub(), ImageRequest(i)));
  }
  AwaitMetric(kImageQueue, 19);
  std::future<void> drained = DrainInBackground();
  // Calls are turned away before the accepted ones are done.
  grpc::StatusCode code = grpc::StatusCode::OK;
  while (code != grpc::StatusCode::UNAVAILABLE) {
    grpc::ClientContext context;
    v1::GetModelResponse response;
    code = stub()
               .GetModel(&context, v1::GetModelRequest(), &response)
               .error_code();
    ASSERT_THAT(code, ::testing::AnyOf(grpc::StatusCode::OK,
                                       grpc::StatusCode::UNAVAILABLE));
  }
  encoder().OpenGate();
  for (size_t i = 0; i < calls.size(); ++i) {
    ASSERT_TRUE(calls[i]->status().ok()) << calls[i]->status().error_message();
    EXPECT_EQ(calls[i]->response().embeddings(0).values(0), i + 1.0F);
  }
  drained.get();
}

TEST_F(LifecycleTest, ADrainThatOverrunsItsGraceEndsTheProcess) {
  config().shutdown_grace = absl::Milliseconds(50);
  StartServer();
  encoder().CloseGate();
  PendingCall stuck(stub(), ImageRequest(1));
  encoder().AwaitAtGate(1);
  std::future<int> code = exit_code();
  std::future<void> drained = DrainInBackground();
  EXPECT_EQ(code.get(), 1);
  encoder().OpenGate();
  drained.get();
}

TEST_F(LifecycleTest, AForwardPassThatHangsMakesItSickThenEndsTheProcess) {
  config().probe_period = absl::Milliseconds(1);
  config().pipeline.stuck_after = absl::Milliseconds(1);
  StartServer();
  encoder().CloseGate();
  std::future<int> code = exit_code();
  PendingCall stuck(stub(), ImageRequest(1));
  encoder().AwaitAtGate(1);
  EXPECT_EQ(code.get(), 70);
  EXPECT_EQ(Check(""), HealthCheckResponse::NOT_SERVING);
  encoder().OpenGate();
  EXPECT_TRUE(stuck.status().ok());
}

TEST_F(LifecycleTest, ATakenPortIsAnErrorThatNamesIt) {
  StartServer();
  server::ServerConfig other = config();
  other.listen = address();
  const auto load = [](const model::LoadModelOptions& options)
      -> absl::StatusOr<model::LoadedModel> {
    model::LoadedModel loaded;
    auto encoder = std::make_unique<FakeEncoder>();
    loaded.image_preprocessor = *model::ImagePreprocessor::Create(
        encoder->info().preprocess, options.image_limits);
    loaded.encoder = std::move(encoder);
    return loaded;
  };
  batching::RealClock clock;
  EXPECT_THAT(server::Server::Create(other, {clock, load, [](int) {}}),
              StatusIs(absl::StatusCode::kUnavailable, HasSubstr(address())));
  other.listen = "127.0.0.1:0";
  other.metrics_listen = "127.0.0.1:" + std::to_string(server().metrics_port());
  EXPECT_THAT(server::Server::Create(other, {clock, load, [](int) {}}),
              StatusIs(absl::StatusCode::kUnavailable,
                       HasSubstr(other.metrics_listen)));
}

TEST_F(LifecycleTest, AModelThatCannotBeLoadedIsAnErrorThatNamesIt) {
  batching::RealClock clock;
  const auto load = [](const model::LoadModelOptions& options)
      -> absl::StatusOr<model::LoadedModel> {
    return absl::NotFoundError(options.directory + ": no such folder");
  };
  EXPECT_THAT(server::Server::Create(config(), {clock, load, [](int) {}}),
              StatusIs(absl::StatusCode::kNotFound,
                       "model fake: /nowhere: no such folder"));
}

}  // namespace
}  // namespace clip::testing

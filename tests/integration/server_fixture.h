#ifndef TESTS_INTEGRATION_SERVER_FIXTURE_H_
#define TESTS_INTEGRATION_SERVER_FIXTURE_H_

#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>
#include <gtest/gtest.h>

#include <functional>
#include <future>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "clip/v1/clip.grpc.pb.h"
#include "grpc/health/v1/health.grpc.pb.h"
#include "server/batching/real_clock.h"
#include "server/health/shutdown_signal.h"
#include "server/server.h"
#include "tests/testing/fake_encoder.h"

namespace clip::testing {

// A whole server on ports of its own over a fake model of 2 x 2 pixels and 8
// tokens (fake_encoder.h), and a client to it. A test changes config() before
// it creates the server. Nothing here waits for time to pass, except where a
// test is about a deadline.
class ServerFixture : public ::testing::Test {
 protected:
  ServerFixture();
  ~ServerFixture() override;

  server::ServerConfig& config() { return config_; }

  // Create, WarmUp and Start in one; each must succeed.
  void StartServer();
  // Only what the test says; NOT_SERVING until Start.
  absl::Status CreateServer();

  // Without a drain, as where its start has failed.
  void DestroyServer() { server_.reset(); }

  // Drains on a thread of its own; the future is ready when it has.
  std::future<void> DrainInBackground();

  server::Server& server() { return *server_; }
  server::ShutdownSignal& signal() { return *signal_; }
  // REQUIRES: the server exists.
  FakeEncoder& encoder() { return *encoder_; }
  // The first exit code that the server asked for.
  std::future<int> exit_code() { return exit_code_.get_future(); }

  std::string address() const;
  std::shared_ptr<grpc::Channel> channel() const { return channel_; }
  v1::ClipService::Stub& stub() { return *stub_; }
  grpc::health::v1::Health::Stub& health() { return *health_; }

  // What Check says of a service.
  grpc::health::v1::HealthCheckResponse::ServingStatus Check(
      const std::string& service);

  // Prometheus text of the metrics endpoint.
  std::string FetchMetrics();
  // The value of a series, for example `clip_queue_items{tower="image"}`; 0
  // where there is none.
  double Metric(const std::string& series);
  // Blocks until a series has the value.
  void AwaitMetric(const std::string& series, double value);

 private:
  absl::StatusOr<model::LoadedModel> LoadFake(
      const model::LoadModelOptions& options);

  server::ServerConfig config_;
  batching::RealClock clock_;
  std::promise<int> exit_code_;
  std::atomic<bool> has_exited_ = false;
  std::unique_ptr<server::ShutdownSignal> signal_;
  FakeEncoder* encoder_ = nullptr;
  std::unique_ptr<server::Server> server_;
  bool drained_ = false;
  std::shared_ptr<grpc::Channel> channel_;
  std::unique_ptr<v1::ClipService::Stub> stub_;
  std::unique_ptr<grpc::health::v1::Health::Stub> health_;
};

// A picture whose 12 values are all `value`, as the model's own input.
v1::Image PixelsOf(float value);

// A request with one such picture that asks for the embedding as it is.
v1::EncodeImageRequest ImageRequest(float value);

// A whole BMP file of this size with grey pixels.
std::string GreyBmp(int width, int height);

// One EncodeImage call on its way.
class PendingCall {
 public:
  PendingCall(v1::ClipService::Stub& stub, v1::EncodeImageRequest request,
              absl::Time deadline = absl::InfiniteFuture());
  ~PendingCall();

  void Cancel() { context_.TryCancel(); }
  // Blocks until the call has ended.
  const grpc::Status& status();
  // REQUIRES: the call has ended.
  const v1::EncodeImageResponse& response() const { return response_; }
  const grpc::ClientContext& context() const { return context_; }

 private:
  grpc::ClientContext context_;
  const v1::EncodeImageRequest request_;
  v1::EncodeImageResponse response_;
  std::promise<grpc::Status> promise_;
  std::shared_future<grpc::Status> future_;
};

}  // namespace clip::testing

#endif  // TESTS_INTEGRATION_SERVER_FIXTURE_H_

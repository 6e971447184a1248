#include "tests/integration/server_fixture.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>

#include <cstring>
#include <thread>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "model/base/status_macros.h"
#include "tests/server/observability/http_get.h"
#include "tests/testing/fake_tokenizer.h"
#include "tests/testing/status_matchers.h"

namespace clip::testing {

ServerFixture::ServerFixture() {
  config_.models = {{"fake", "/nowhere"}};
  config_.listen = "127.0.0.1:0";
  config_.metrics_listen = "127.0.0.1:0";
  config_.lame_duck = absl::ZeroDuration();
  config_.shutdown_grace = absl::Minutes(5);
  config_.probe_period = absl::ZeroDuration();
  // A batch that a test holds is overdue, which counts as a wait.
  config_.pipeline.admission.max_queue_delay = absl::InfiniteDuration();
  config_.log_level = server::LogLevel::kError;
  signal_ = *server::ShutdownSignal::Create(clock_, [](int) {});
  signal_->Arm();
}

ServerFixture::~ServerFixture() {
  if (server_ == nullptr || drained_) return;
  encoder_->OpenGate();
  signal_->Request();
  server_->Drain(*signal_);
}

absl::StatusOr<model::LoadedModel> ServerFixture::LoadFake(
    const model::LoadModelOptions& options) {
  model::LoadedModel loaded;
  auto encoder = std::make_unique<FakeEncoder>();
  encoder_ = encoder.get();
  CLIP_ASSIGN_OR_RETURN(loaded.image_preprocessor,
                        model::ImagePreprocessor::Create(
                            encoder->info().preprocess, options.image_limits));
  loaded.tokenizer = std::make_unique<FakeTokenizer>();
  loaded.encoder = std::move(encoder);
  return loaded;
}

absl::Status ServerFixture::CreateServer() {
  server::ServerEnvironment environment{
      clock_,
      [this](const model::LoadModelOptions& options) {
        return LoadFake(options);
      },
      [this](int code) {
        if (!has_exited_.exchange(true)) exit_code_.set_value(code);
      }};
  CLIP_ASSIGN_OR_RETURN(server_, server::Server::Create(config_, environment));
  grpc::ChannelArguments arguments;
  // Calls of one test must not wait behind those of another.
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  arguments.SetMaxReceiveMessageSize(-1);
  channel_ = grpc::CreateCustomChannel(
      address(), grpc::InsecureChannelCredentials(), arguments);
  stub_ = v1::ClipService::NewStub(channel_);
  health_ = grpc::health::v1::Health::NewStub(channel_);
  return absl::OkStatus();
}

void ServerFixture::StartServer() {
  ASSERT_THAT(CreateServer(), IsOk());
  ASSERT_THAT(server_->WarmUp(), IsOk());
  ASSERT_THAT(server_->Start(), IsOk());
}

std::future<void> ServerFixture::DrainInBackground() {
  drained_ = true;
  return std::async(std::launch::async, [this] { server_->Drain(*signal_); });
}

std::string ServerFixture::address() const {
  return fmt::format("127.0.0.1:{}", server_->port());
}

grpc::health::v1::HealthCheckResponse::ServingStatus ServerFixture::Check(
    const std::string& service) {
  grpc::ClientContext context;
  grpc::health::v1::HealthCheckRequest request;
  request.set_service(service);
  grpc::health::v1::HealthCheckResponse response;
  const grpc::Status status = health_->Check(&context, request, &response);
  EXPECT_TRUE(status.ok()) << status.error_message();
  return response.status();
}

std::string ServerFixture::FetchMetrics() {
  return HttpGet(server_->metrics_port(), "/metrics");
}

double ServerFixture::Metric(const std::string& series) {
  for (const auto line : absl::StrSplit(FetchMetrics(), '\n')) {
    const std::string text(line);
    if (text.rfind(series + " ", 0) != 0) continue;
    double value = 0.0;
    EXPECT_TRUE(absl::SimpleAtod(text.substr(series.size() + 1), &value));
    return value;
  }
  return 0.0;
}

void ServerFixture::AwaitMetric(const std::string& series, double value) {
  while (Metric(series) != value) std::this_thread::yield();
}

v1::Image PixelsOf(float value) {
  constexpr size_t kValues = 12;
  const std::vector<float> values(kValues, value);
  std::string data(kValues * sizeof(float), '\0');
  std::memcpy(data.data(), values.data(), data.size());
  v1::Image image;
  image.mutable_pixels()->set_data(data);
  return image;
}

v1::EncodeImageRequest ImageRequest(float value) {
  v1::EncodeImageRequest request;
  *request.add_images() = PixelsOf(value);
  request.mutable_options()->set_normalize(false);
  return request;
}

std::string GreyBmp(int width, int height) {
  const auto append = [](std::string& bytes, uint32_t value, int count) {
    for (int i = 0; i < count; ++i) {
      bytes.push_back(static_cast<char>(value >> (8 * i)));
    }
  };
  constexpr int kHeaderBytes = 54;
  const int row_bytes = (width * 3 + 3) / 4 * 4;
  std::string bytes = "BM";
  append(bytes, kHeaderBytes + row_bytes * height, 4);  // File size.
  append(bytes, 0, 4);                                  // Reserved.
  append(bytes, kHeaderBytes, 4);                       // Pixels begin here.
  append(bytes, 40, 4);                                 // Size of what follows.
  append(bytes, width, 4);
  append(bytes, height, 4);
  append(bytes, 1, 2);     // Planes.
  append(bytes, 24, 2);    // Bits a pixel.
  bytes.append(24, '\0');  // Not compressed; the rest is defaults.
  bytes.append(static_cast<size_t>(row_bytes) * height, '\x80');
  return bytes;
}

PendingCall::PendingCall(v1::ClipService::Stub& stub,
                         v1::EncodeImageRequest request, absl::Time deadline)
    : request_(std::move(request)), future_(promise_.get_future()) {
  if (deadline != absl::InfiniteFuture()) {
    context_.set_deadline(absl::ToChronoTime(deadline));
  }
  stub.async()->EncodeImage(
      &context_, &request_, &response_,
      [this](grpc::Status status) { promise_.set_value(std::move(status)); });
}

PendingCall::~PendingCall() { future_.wait(); }

const grpc::Status& PendingCall::status() { return future_.get(); }

}  // namespace clip::testing

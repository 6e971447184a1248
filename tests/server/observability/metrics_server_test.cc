#include "server/observability/metrics_server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "tests/server/observability/http_get.h"
#include "tests/testing/status_matchers.h"

namespace clip::server {
namespace {

using clip::testing::HttpGet;
using clip::testing::IsOk;
using clip::testing::LocalConnection;
using clip::testing::StatusIs;
using ::testing::HasSubstr;

MetricsServerOptions AnyPort() {
  MetricsServerOptions options;
  options.listen_address = "127.0.0.1:0";
  return options;
}

TEST(MetricsServerTest, ServesOursAndTheProcessMetricsOnAFreePort) {
  Metrics metrics;
  const auto server = MetricsServer::Create(AnyPort(), metrics);
  ASSERT_THAT(server, IsOk());
  ASSERT_GT((*server)->port(), 0);
  metrics.RecordRejected(RejectReason::kWait);
  const std::string response = HttpGet((*server)->port(), "/metrics");
  EXPECT_THAT(response, HasSubstr("200 OK"));
  EXPECT_THAT(response, HasSubstr(R"(clip_rejected_total{reason="wait"} 1)"));
  for (const char* name :
       {"process_resident_memory_bytes", "process_cpu_seconds_total",
        "process_open_fds", "process_start_time_seconds", "process_threads"}) {
    EXPECT_THAT(response, HasSubstr("\n" + std::string(name) + " "));
  }
}

TEST(MetricsServerTest, APortThatIsTakenIsAnErrorThatNamesIt) {
  const Metrics metrics;
  const auto first = MetricsServer::Create(AnyPort(), metrics);
  ASSERT_THAT(first, IsOk());
  MetricsServerOptions options;
  options.listen_address = "127.0.0.1:" + std::to_string((*first)->port());
  EXPECT_THAT(MetricsServer::Create(options, metrics),
              StatusIs(absl::StatusCode::kUnavailable,
                       HasSubstr(options.listen_address)));
}

TEST(MetricsServerTest, RefusesWhatIsNotAnAddress) {
  const Metrics metrics;
  for (const char* address :
       {"", "9464", ":9464", "127.0.0.1", "127.0.0.1:", "127.0.0.1:http",
        "127.0.0.1:65536", "127.0.0.1:0,127.0.0.1:0"}) {
    MetricsServerOptions options;
    options.listen_address = address;
    EXPECT_THAT(
        MetricsServer::Create(options, metrics),
        StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("HOST:PORT")))
        << address;
  }
}

TEST(MetricsServerTest, AnswersBesideFiftyHalfOpenConnections) {
  const Metrics metrics;
  MetricsServerOptions options = AnyPort();
  // So long that an answer cannot come from a connection that timed out.
  options.request_timeout_ms = 60000;
  const auto server = MetricsServer::Create(options, metrics);
  ASSERT_THAT(server, IsOk());
  std::vector<std::unique_ptr<LocalConnection>> half_open;
  for (int i = 0; i < 50; ++i) {
    half_open.push_back(std::make_unique<LocalConnection>((*server)->port()));
    ASSERT_TRUE(half_open.back()->connected());
    half_open.back()->Send("GET /metrics HT");
  }
  EXPECT_THAT(HttpGet((*server)->port(), "/metrics"), HasSubstr("200 OK"));
  half_open.clear();
}

TEST(MetricsServerTest, ClosesASilentConnection) {
  const Metrics metrics;
  MetricsServerOptions options = AnyPort();
  options.request_timeout_ms = 50;
  const auto server = MetricsServer::Create(options, metrics);
  ASSERT_THAT(server, IsOk());
  const LocalConnection silent((*server)->port());
  silent.Send("GET /metrics HT");
  // Returns only because the server closes.
  silent.Receive();
}

}  // namespace
}  // namespace clip::server

#include "server/observability/metrics_server.h"

#include <atomic>
#include <exception>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "fmt/format.h"
#include "prometheus/exposer.h"
#include "prometheus/registry.h"
#include "server/observability/host_port.h"
#include "server/observability/process_collector.h"
#include "server/observability/wake_listener.h"

namespace clip::server {
namespace {

// Options of civetweb, the HTTP server inside the exposer.
std::vector<std::string> ServerOptions(const MetricsServerOptions& options) {
  return {"listening_ports",    options.listen_address,
          "num_threads",        fmt::format("{}", options.threads),
          "request_timeout_ms", fmt::format("{}", options.request_timeout_ms),
          "enable_keep_alive",  "no"};
}

}  // namespace

absl::StatusOr<std::unique_ptr<MetricsServer>> MetricsServer::Create(
    const MetricsServerOptions& options, const Metrics& metrics) {
  if (!ParseHostPort(options.listen_address).ok()) {
    return absl::InvalidArgumentError(fmt::format(
        "metrics address {:?} is not HOST:PORT", options.listen_address));
  }
  try {
    auto exposer =
        std::make_unique<prometheus::Exposer>(ServerOptions(options));
    const std::vector<int> ports = exposer->GetListeningPorts();
    if (ports.empty()) return absl::UnavailableError("no port is bound");
    auto process = std::make_shared<ProcessCollector>();
    exposer->RegisterCollectable(metrics.registry());
    exposer->RegisterCollectable(process);
    return std::unique_ptr<MetricsServer>(
        new MetricsServer(std::move(exposer), std::move(process),
                          options.listen_address, ports.front()));
  } catch (const std::exception& error) {
    return absl::UnavailableError(
        fmt::format("metrics address {} cannot be had: {}",
                    options.listen_address, error.what()));
  }
}

MetricsServer::MetricsServer(std::unique_ptr<prometheus::Exposer> exposer,
                             std::shared_ptr<ProcessCollector> process,
                             std::string listen_address, int port)
    : process_(std::move(process)),
      exposer_(std::move(exposer)),
      listen_address_(std::move(listen_address)),
      port_(port) {}

MetricsServer::~MetricsServer() {
  // civetweb's accepting thread looks at its stop flag only every two seconds
  // or when somebody connects, so somebody does until the port is closed.
  std::atomic<bool> stopped = false;
  std::thread waker([this, &stopped] {
    while (!stopped && WakeListener(listen_address_, port_)) {
    }
  });
  exposer_.reset();
  stopped = true;
  waker.join();
}

}  // namespace clip::server

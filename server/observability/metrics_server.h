#ifndef SERVER_OBSERVABILITY_METRICS_SERVER_H_
#define SERVER_OBSERVABILITY_METRICS_SERVER_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "server/observability/metrics.h"

namespace prometheus {
class Exposer;
}  // namespace prometheus

namespace clip::server {

class ProcessCollector;

struct MetricsServerOptions {
  // HOST:PORT; port 0 picks a free one.
  std::string listen_address = "0.0.0.0:9464";
  // Threads that answer. A half-open connection holds one until it times out,
  // so this many idle sockets can be borne without any wait.
  int threads = 64;
  // How long a connection may be silent, in milliseconds.
  int request_timeout_ms = 2000;
};

// Serves Prometheus text on http://HOST:PORT/metrics until destroyed.
//
// It answers anyone: bind it to a network that only the scraper reaches.
class MetricsServer {
 public:
  // UNAVAILABLE where the address cannot be had, with the address and the
  // reason; INVALID_ARGUMENT where it is not HOST:PORT.
  static absl::StatusOr<std::unique_ptr<MetricsServer>> Create(
      const MetricsServerOptions& options, const Metrics& metrics);

  ~MetricsServer();

  // The port that is really bound.
  int port() const { return port_; }

 private:
  MetricsServer(std::unique_ptr<prometheus::Exposer> exposer,
                std::shared_ptr<ProcessCollector> process,
                std::string listen_address, int port);

  // Shared because the exposer holds only weak references.
  std::shared_ptr<ProcessCollector> process_;
  std::unique_ptr<prometheus::Exposer> exposer_;
  const std::string listen_address_;
  const int port_;
};

}  // namespace clip::server

#endif  // SERVER_OBSERVABILITY_METRICS_SERVER_H_

#ifndef SERVER_SERVER_H_
#define SERVER_SERVER_H_

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "model/load_model.h"
#include "server/batching/clock.h"
#include "server/grpc_listener.h"
#include "server/health/health_reporter.h"
#include "server/health/self_probe.h"
#include "server/health/shutdown_signal.h"
#include "server/observability/logging.h"
#include "server/observability/metrics.h"
#include "server/observability/metrics_server.h"
#include "server/observability/request_id.h"
#include "server/pipeline/batching_pipeline.h"
#include "server/server_config.h"
#include "server/service/call_gate.h"
#include "server/service/call_recorder.h"
#include "server/service/clip_service.h"
#include "server/service/inference_service.h"
#include "server/service/unserved_methods.h"
#include "server/web/web_server.h"

namespace clip::server {

// What a server needs from outside; tests bring their own.
struct ServerEnvironment {
  // Must outlive the server.
  batching::Clock& clock;
  // model::LoadModel, or a fake.
  std::function<absl::StatusOr<model::LoadedModel>(
      const model::LoadModelOptions&)>
      load_model;
  // Ends the process without cleaning up: the last resort when the server can
  // no longer be trusted to stop.
  std::function<void(int)> exit;
};

// The composition root: it makes every part, joins them, and takes them down
// in the right order. It holds no logic of its own beyond that order.
//
//   Create   load the models, listen; health says NOT_SERVING, calls are
//            answered UNAVAILABLE
//   WarmUp   run real batches
//   Start    health says SERVING, calls are taken
//   Drain    NOT_SERVING, serve on for a moment, turn new calls away, finish
//            those inside, stop
//
// The methods are called by one thread, in that order.
class Server {
 public:
  // Errors are one line that says what and where: of the model, UNAVAILABLE
  // for a port that is taken.
  static absl::StatusOr<std::unique_ptr<Server>> Create(
      const ServerConfig& config, ServerEnvironment environment);

  ~Server();

  // INTERNAL where a model does not pass; what is wrong with a label set of the
  // command line.
  absl::Status WarmUp();

  absl::Status Start();

  // Stops as described above; a second shutdown request in `signal` ends the
  // lame-duck time. Returns when every accepted call has been answered; calls
  // `environment.exit` where that does not happen within the grace period.
  void Drain(ShutdownSignal& signal);

  // Ports that are really bound.
  int port() const { return listener_.port; }
  int metrics_port() const { return metrics_server_->port(); }
  // REQUIRES: the config has a web_listen.
  int web_port() const { return web_server_->port(); }

 private:
  struct Host {
    std::string name;
    BatchingPipeline* pipeline = nullptr;
    // The pipeline, or the cache that owns it.
    std::unique_ptr<EmbeddingPipeline> front;
  };

  Server(const ServerConfig& config, ServerEnvironment environment,
         std::unique_ptr<Logger> logger);

  absl::Status ServeMetrics();
  absl::Status LoadModels();
  absl::StatusOr<ServedModel> LoadModel(const ModelSpec& spec);
  absl::StatusOr<std::unique_ptr<EmbeddingPipeline>> AddCache(
      const model::ModelInfo& model,
      std::unique_ptr<EmbeddingPipeline> pipeline);
  absl::Status Listen();
  absl::Status ServeWeb();
  absl::Status MakeLabelSets();
  absl::Status StartProbe();

  // One check of the self-probe.
  absl::Status CheckSelf();
  absl::Status CheckPipelines();
  void GiveUp(int exit_code, std::string_view reason);
  void SetReady(bool ready);
  void EndListener();
  void DrainPipelines(absl::Time deadline);

  // Members are in the order of their lifetimes: each may use those above it
  // and is gone before them.
  const ServerConfig config_;
  const ServerEnvironment environment_;
  const std::unique_ptr<Logger> logger_;
  Metrics metrics_;
  RequestIdGenerator request_ids_;
  CallGate gate_;
  CallRecorder recorder_;
  std::unique_ptr<MetricsServer> metrics_server_;
  std::vector<Host> hosts_;
  std::vector<ServedModel> served_;
  // What health says, for those that are asked before it is there.
  std::atomic<bool> serving_{false};
  std::optional<ClipService> service_;
  std::optional<InferenceService> inference_service_;
  UnservedMethods unserved_methods_;
  GrpcListener listener_;
  std::optional<HealthReporter> health_;
  std::unique_ptr<WebServer> web_server_;
  std::unique_ptr<SelfProbe> probe_;
};

}  // namespace clip::server

#endif  // SERVER_SERVER_H_

#include "server/server.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <utility>

#include "absl/time/clock.h"
#include "model/base/status_macros.h"
#include "server/health/dial_health.h"
#include "server/health/drain_watchdog.h"
#include "server/label_set_file.h"
#include "server/pipeline/caching_pipeline.h"

namespace clip::server {
namespace {

// Exit codes of a server that gives up: sysexits' EX_SOFTWARE, and 1 for a
// shutdown that did not end.
constexpr int kExitSick = 70;
constexpr int kExitDrainOverrun = 1;

// Whole batches that failed one after the other. A bad item fails alone, so
// this many mean that the device is broken.
constexpr int kMaxFailedBatches = 8;

// How long the streams of gRPC's own services have for the news that the server
// goes: time for a last message over a slow network.
constexpr absl::Duration kStreamFarewell = absl::Milliseconds(500);

// Kept back from the grace period for the last steps: cancelling what is left
// and joining the threads.
absl::Duration FinalMargin(absl::Duration grace) {
  return std::min(absl::Seconds(2), grace / 4);
}

// A call with more items than the queue holds could never be admitted.
ServiceLimits EffectiveLimits(const ServerConfig& config) {
  ServiceLimits limits = config.limits;
  limits.max_items_per_call = std::min(
      limits.max_items_per_call, config.pipeline.admission.max_queue_items);
  return limits;
}

model::LoadModelOptions LoadOptions(const ServerConfig& config,
                                    const std::string& directory) {
  model::LoadModelOptions options;
  options.directory = directory;
  options.device = config.device;
  options.dtype = config.dtype;
  options.image_size = config.image_size;
  options.batch_invariant = config.batch_invariant;
  options.compute_threads = config.compute_threads;
  options.cuda_graphs = config.cuda_graphs;
  options.cuda_kernels = config.cuda_kernels;
  options.image_limits.max_encoded_bytes = config.limits.max_image_bytes;
  options.image_limits.max_pixels = config.limits.max_image_pixels;
  options.image_decoding.jpeg_scaled_decode = config.jpeg_scaled_decode;
  return options;
}

// What the model is, with all of its devices.
model::ModelInfo InfoOf(const model::LoadedModel& loaded) {
  model::ModelInfo info = loaded.encoder->info();
  for (const auto& replica : loaded.replicas) {
    info.device += "," + replica->info().device;
  }
  return info;
}

ModelInfoLabels LabelsOf(const std::string& name,
                         const model::ModelInfo& info) {
  ModelInfoLabels labels;
  labels.model = name;
  labels.architecture = info.architecture;
  labels.dtype = info.dtype;
  labels.device = info.device;
  labels.checkpoint_sha256 = info.checkpoint_sha256;
  labels.embed_dim = info.embed_dim;
  return labels;
}

absl::Status Annotate(const absl::Status& status, const std::string& prefix) {
  return absl::Status(
      status.code(),
      fmt::format("{}: {}", prefix, std::string(status.message())));
}

}  // namespace

absl::StatusOr<std::unique_ptr<Server>> Server::Create(
    const ServerConfig& config, ServerEnvironment environment) {
  LoggerOptions log;
  log.level = config.log_level;
  log.format = config.log_format;
  CLIP_ASSIGN_OR_RETURN(std::unique_ptr<Logger> logger, Logger::Create(log));
  std::unique_ptr<Server> server(
      new Server(config, std::move(environment), std::move(logger)));
  // First, so that a port that is taken is told before a model is loaded.
  CLIP_RETURN_IF_ERROR(server->ServeMetrics());
  CLIP_RETURN_IF_ERROR(server->LoadModels());
  CLIP_RETURN_IF_ERROR(server->Listen());
  CLIP_RETURN_IF_ERROR(server->ServeWeb());
  return server;
}

Server::Server(const ServerConfig& config, ServerEnvironment environment,
               std::unique_ptr<Logger> logger)
    : config_(config),
      environment_(std::move(environment)),
      logger_(std::move(logger)),
      gate_(environment_.clock),
      recorder_(metrics_, *logger_, environment_.clock) {}

Server::~Server() {
  if (listener_.server != nullptr) EndListener();
}

// Some streams never end by themselves, such as health watches: they are told,
// then cut.
void Server::EndListener() {
  listener_.server->Shutdown(absl::ToChronoTime(absl::Now() + kStreamFarewell));
}

absl::Status Server::ServeMetrics() {
  MetricsServerOptions options;
  options.listen_address = config_.metrics_listen;
  CLIP_ASSIGN_OR_RETURN(metrics_server_,
                        MetricsServer::Create(options, metrics_));
  logger_->Log(LogLevel::kInfo, "metrics_listening",
               {{"address", WithPort(config_.metrics_listen, metrics_port())}});
  return absl::OkStatus();
}

absl::Status Server::LoadModels() {
  for (const ModelSpec& spec : config_.models) {
    absl::StatusOr<ServedModel> served = LoadModel(spec);
    if (!served.ok()) {
      return Annotate(served.status(), fmt::format("model {}", spec.name));
    }
    served_.push_back(*std::move(served));
  }
  return absl::OkStatus();
}

absl::StatusOr<ServedModel> Server::LoadModel(const ModelSpec& spec) {
  logger_->Log(LogLevel::kDebug, "model_loading",
               {{"model", spec.name}, {"directory", spec.directory}});
  const absl::Time start = environment_.clock.Now();
  CLIP_ASSIGN_OR_RETURN(
      model::LoadedModel loaded,
      environment_.load_model(LoadOptions(config_, spec.directory)));
  ServedModel served;
  served.name = spec.name;
  served.info = InfoOf(loaded);
  served.tokenizer_unavailable = loaded.tokenizer_unavailable;
  CLIP_ASSIGN_OR_RETURN(
      std::unique_ptr<BatchingPipeline> pipeline,
      BatchingPipeline::Create(std::move(loaded), config_.pipeline,
                               environment_.clock, metrics_));
  Host host{spec.name, pipeline.get(), std::move(pipeline)};
  if (config_.cache_bytes > 0) {
    CLIP_ASSIGN_OR_RETURN(host.front,
                          AddCache(served.info, std::move(host.front)));
  }
  served.pipeline = host.front.get();
  hosts_.push_back(std::move(host));
  metrics_.SetModelInfo(LabelsOf(spec.name, served.info));
  metrics_.SetModelReady(spec.name, false);
  logger_->Log(
      LogLevel::kInfo, "model_loaded",
      {{"model", spec.name},
       {"architecture", served.info.architecture},
       {"device", served.info.device},
       {"dtype", served.info.dtype},
       {"seconds", absl::ToDoubleSeconds(environment_.clock.Now() - start)}});
  return served;
}

absl::StatusOr<std::unique_ptr<EmbeddingPipeline>> Server::AddCache(
    const model::ModelInfo& model,
    std::unique_ptr<EmbeddingPipeline> pipeline) {
  CachingPipeline::Options options;
  options.max_bytes = config_.cache_bytes;
  options.max_waiting_bytes = config_.pipeline.admission.max_inflight_bytes;
  return CachingPipeline::Create(options, model, std::move(pipeline),
                                 environment_.clock, metrics_);
}

absl::Status Server::Listen() {
  CLIP_ASSIGN_OR_RETURN(ServedModels models, ServedModels::Create(served_));
  const CallEnvironment calls{gate_, recorder_, request_ids_,
                              environment_.clock};
  service_.emplace(models, EffectiveLimits(config_), calls);
  inference_service_.emplace(std::move(models), EffectiveLimits(config_), calls,
                             serving_);
  GrpcListenerOptions options;
  options.address = config_.listen;
  options.max_message_bytes = config_.max_message_bytes;
  options.reflection = config_.reflection;
  CLIP_ASSIGN_OR_RETURN(
      listener_, StartGrpcListener(options, {{&*service_, &*inference_service_},
                                             &unserved_methods_}));
  health_.emplace(*listener_.server->GetHealthCheckService(), serving_);
  return absl::OkStatus();
}

absl::Status Server::ServeWeb() {
  if (config_.web_listen.empty()) return absl::OkStatus();
  const ServiceLimits limits = EffectiveLimits(config_);
  WebServerOptions options;
  options.listen_address = config_.web_listen;
  options.host_names = config_.web_hosts;
  options.limits.max_image_bytes = limits.max_image_bytes;
  options.limits.max_text_bytes = limits.max_text_bytes;
  // The picture is an item as well.
  options.limits.max_texts = std::max(1, limits.max_items_per_call - 1);
  options.max_message_bytes = config_.max_message_bytes;
  CLIP_ASSIGN_OR_RETURN(
      web_server_,
      WebServer::Create(options, listener_.server->InProcessChannel(
                                     grpc::ChannelArguments())));
  logger_->Log(LogLevel::kInfo, "web_listening",
               {{"url", "http://" + WithPort(config_.web_listen, web_port())}});
  return absl::OkStatus();
}

absl::Status Server::WarmUp() {
  for (const Host& host : hosts_) {
    const absl::Time start = environment_.clock.Now();
    const absl::Status status = host.pipeline->WarmUp();
    if (!status.ok()) {
      return Annotate(status, fmt::format("model {}: warm-up", host.name));
    }
    logger_->Log(
        LogLevel::kInfo, "model_warmed_up",
        {{"model", host.name},
         {"seconds", absl::ToDoubleSeconds(environment_.clock.Now() - start)}});
  }
  return MakeLabelSets();
}

absl::Status Server::MakeLabelSets() {
  for (const std::string& value : config_.label_sets) {
    CLIP_ASSIGN_OR_RETURN(const v1::PutLabelSetRequest request,
                          ReadLabelSetFile(value));
    const absl::Status status = service_->MakeLabelSet(request);
    if (!status.ok()) {
      return Annotate(status, fmt::format("--label-set {}", request.name()));
    }
  }
  return absl::OkStatus();
}

absl::Status Server::Start() {
  gate_.Open();
  health_->SetServing();
  SetReady(true);
  return StartProbe();
}

absl::Status Server::StartProbe() {
  if (config_.probe_period == absl::ZeroDuration()) return absl::OkStatus();
  SelfProbeOptions options;
  options.period = config_.probe_period;
  CLIP_ASSIGN_OR_RETURN(
      probe_, SelfProbe::Create(
                  options, environment_.clock, [this] { return CheckSelf(); },
                  [this](const absl::Status& error) {
                    GiveUp(kExitSick, std::string(error.message()));
                  }));
  return absl::OkStatus();
}

absl::Status Server::CheckSelf() {
  absl::Status status = CheckPipelines();
  if (status.ok()) {
    status = DialHealth(LoopbackAddress(config_.listen, listener_.port),
                        config_.probe_period);
  }
  if (status.ok()) {
    health_->SetServing();
  } else {
    health_->SetSick();
    logger_->Log(LogLevel::kError, "self_probe_failed",
                 {{"cause", std::string(status.message())}});
  }
  return status;
}

absl::Status Server::CheckPipelines() {
  for (const Host& host : hosts_) {
    if (host.pipeline->IsStuck(environment_.clock.Now())) {
      return absl::UnavailableError(
          fmt::format("model {}: a forward pass does not end", host.name));
    }
    const int failed = host.pipeline->consecutive_failed_batches();
    if (failed >= kMaxFailedBatches) {
      return absl::UnavailableError(fmt::format(
          "model {}: {} batches failed in a row", host.name, failed));
    }
  }
  return absl::OkStatus();
}

void Server::GiveUp(int exit_code, std::string_view reason) {
  // Past the logger, whose thread may not get to write any more.
  fmt::print(stderr, "clip_server: error: giving up: {}\n", reason);
  environment_.exit(exit_code);
}

void Server::SetReady(bool ready) {
  for (const Host& host : hosts_) metrics_.SetModelReady(host.name, ready);
}

void Server::Drain(ShutdownSignal& signal) {
  batching::Clock& clock = environment_.clock;
  const absl::Time start = clock.Now();
  const absl::Time end = start + config_.shutdown_grace;
  const absl::Time last_call = end - FinalMargin(config_.shutdown_grace);
  const DrainWatchdog watchdog(clock, end, [this] {
    GiveUp(kExitDrainOverrun, "the shutdown took longer than its grace");
  });
  logger_->Log(LogLevel::kInfo, "draining", {});
  probe_.reset();
  health_->SetDraining();
  SetReady(false);
  // Calls are still served: those who send them learn only now that they
  // should go elsewhere.
  constexpr int kHurry = 2;
  signal.WaitFor(kHurry, start + config_.lame_duck);
  // From here new calls get UNAVAILABLE, which clients retry elsewhere. They
  // would get CANCELLED, which clients do not retry, once gRPC shuts down; so
  // it does when nobody is left inside.
  gate_.Close();
  service_->DrainStreams();
  const bool idle = gate_.WaitUntilIdle(last_call);
  // Every reply is on the wire.
  EndListener();
  // After it, so that the page's last calls have their answers.
  web_server_.reset();
  DrainPipelines(end);
  logger_->Log(LogLevel::kInfo, "stopped",
               {{"all_answered", idle},
                {"seconds", absl::ToDoubleSeconds(clock.Now() - start)}});
}

void Server::DrainPipelines(absl::Time deadline) {
  for (const Host& host : hosts_) {
    const absl::Status status = host.pipeline->Drain(deadline);
    if (status.ok()) continue;
    logger_->Log(
        LogLevel::kError, "drain_incomplete",
        {{"model", host.name}, {"cause", std::string(status.message())}});
  }
}

}  // namespace clip::server

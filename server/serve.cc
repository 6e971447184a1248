#include "server/serve.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
#include <memory>
#include <string>
#include <utility>

#include "server/batching/real_clock.h"
#include "server/grpc_listener.h"
#include "server/health/shutdown_signal.h"
#include "server/process_settings.h"
#include "server/server.h"

namespace clip::server {
namespace {

int Fail(const absl::Status& status) {
  fmt::print(stderr, "clip_server: error: {}\n", std::string(status.message()));
  return kExitConfig;
}

}  // namespace

int Serve(const ServerConfig& config,
          std::function<absl::StatusOr<model::LoadedModel>(
              const model::LoadModelOptions&)>
              load_model) {
  PrepareProcess();
  batching::RealClock clock;
  const auto exit = [](int code) { _exit(code); };
  absl::StatusOr<std::unique_ptr<ShutdownSignal>> signal =
      ShutdownSignal::Create(clock, exit);
  if (!signal.ok()) return Fail(signal.status());
  absl::StatusOr<std::unique_ptr<Server>> server =
      Server::Create(config, {clock, std::move(load_model), exit});
  if (!server.ok()) return Fail(server.status());
  if (const absl::Status status = (*server)->WarmUp(); !status.ok()) {
    return Fail(status);
  }
  // The last moment at which nothing has been accepted that could be lost.
  (*signal)->Arm();
  if (const absl::Status status = (*server)->Start(); !status.ok()) {
    return Fail(status);
  }
  fmt::print("listening on {}\n", WithPort(config.listen, (*server)->port()));
  std::fflush(stdout);
  (*signal)->WaitFor(1, absl::InfiniteFuture());
  (*server)->Drain(**signal);
  return kExitOk;
}

}  // namespace clip::server

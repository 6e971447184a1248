#ifndef SERVER_SERVE_H_
#define SERVER_SERVE_H_

#include <functional>

#include "absl/status/statusor.h"
#include "model/load_model.h"
#include "server/server_config.h"

namespace clip::server {

// Exit codes, as sysexits.h has them.
inline constexpr int kExitOk = 0;
inline constexpr int kExitUsage = 64;
inline constexpr int kExitConfig = 78;

// The life of the process: loads the models, prints one line `listening on
// HOST:PORT` on standard output when it is ready, serves until SIGTERM or
// SIGINT, drains. Returns the exit code; what goes wrong before it is ready is
// one line on standard error. Call it before any other thread exists.
int Serve(const ServerConfig& config,
          std::function<absl::StatusOr<model::LoadedModel>(
              const model::LoadModelOptions&)>
              load_model);

}  // namespace clip::server

#endif  // SERVER_SERVE_H_

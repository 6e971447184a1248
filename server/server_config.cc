#include "server/server_config.h"

#include <fmt/format.h>

namespace clip::server {

absl::Status ValidateServerConfig(const ServerConfig& config) {
  if (config.models.empty()) {
    return absl::InvalidArgumentError(
        "no model is given: --model DIR or --model NAME is needed");
  }
  if (config.lame_duck >= config.shutdown_grace) {
    return absl::InvalidArgumentError(
        fmt::format("--lame-duck {} must be shorter than --shutdown-grace {}",
                    absl::FormatDuration(config.lame_duck),
                    absl::FormatDuration(config.shutdown_grace)));
  }
  return absl::OkStatus();
}

}  // namespace clip::server

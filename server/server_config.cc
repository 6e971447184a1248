#include "server/server_config.h"

#include <fmt/format.h>

#include <set>
#include <string_view>

#include "model/base/status_macros.h"

namespace clip::server {
namespace {

// ServedModels would see it as well, but only after all have been loaded.
absl::Status CheckModelNames(const std::vector<ModelSpec>& models) {
  std::set<std::string_view> names;
  for (const ModelSpec& model : models) {
    if (!names.insert(model.name).second) {
      return absl::InvalidArgumentError(
          fmt::format("--model {}: two models have this name; --model NAME=DIR "
                      "gives another",
                      model.name));
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status ValidateServerConfig(const ServerConfig& config) {
  if (config.models.empty()) {
    return absl::InvalidArgumentError(
        "no model is given: --model DIR or --model NAME is needed");
  }
  CLIP_RETURN_IF_ERROR(CheckModelNames(config.models));
  if (config.lame_duck >= config.shutdown_grace) {
    return absl::InvalidArgumentError(
        fmt::format("--lame-duck {} must be shorter than --shutdown-grace {}",
                    absl::FormatDuration(config.lame_duck),
                    absl::FormatDuration(config.shutdown_grace)));
  }
  return absl::OkStatus();
}

}  // namespace clip::server

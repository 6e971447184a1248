#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>
#include <optional>
#include <string>
#include <vector>

#include "model/load_model.h"
#include "model/memory/host_memory.h"
#include "server/command_line.h"
#include "server/process_settings.h"
#include "server/serve.h"

namespace {

std::optional<std::string> LookUpEnvironment(const std::string& name) {
  const char* value = std::getenv(name.c_str());
  return value == nullptr ? std::nullopt : std::optional<std::string>(value);
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  const absl::StatusOr<clip::server::CommandLine> command_line =
      clip::server::ParseCommandLine(arguments, LookUpEnvironment);
  if (!command_line.ok()) {
    fmt::print(stderr, "clip_server: error: {}\n",
               std::string(command_line.status().message()));
    return clip::server::kExitUsage;
  }
  if (command_line->print_and_exit.has_value()) {
    fmt::print("{}", *command_line->print_and_exit);
    return clip::server::kExitOk;
  }
  clip::server::RestartWithSettings(argv);
  clip::model::ReuseHostMemory();
  return clip::server::Serve(command_line->config, clip::model::LoadModel);
}

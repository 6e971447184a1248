#include "client/cli/health_command.h"

#include <CLI/CLI.hpp>

#include "client/cli/diagnostics.h"
#include "client/cli/exit_code.h"

namespace clip::client {

CLI::App* HealthCommand::AddTo(CLI::App& app) {
  CLI::App* command =
      app.add_subcommand("health", "Say whether the server takes calls.");
  connection_.AddTo(*command);
  command->add_option("--service", service_,
                      "full name of a service; default: the whole server");
  return command;
}

int HealthCommand::Run(Console& console) {
  const auto client = connection_.NewClient();
  if (!client.ok()) {
    PrintError(console, std::string(client.status().message()));
    return kExitUsage;
  }
  const absl::StatusOr<Health> health = (*client)->CheckHealth(service_);
  if (!health.ok()) {
    return ReportCallFailure(console, connection_.server, health.status());
  }
  const bool is_serving = *health == Health::kServing;
  console.out << (is_serving ? "SERVING" : "NOT_SERVING") << std::endl;
  return is_serving ? kExitSuccess : kExitSomeFailed;
}

}  // namespace clip::client

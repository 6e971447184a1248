#include "client/cli/info_command.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <vector>

#include "client/cli/diagnostics.h"
#include "client/cli/exit_code.h"
#include "client/cli/model_report.h"

namespace clip::client {
namespace {

absl::StatusOr<std::vector<ModelInfo>> Ask(ClipClient& client,
                                           const std::string& model) {
  if (model.empty()) return client.ListModels();
  absl::StatusOr<ModelInfo> info = client.GetModel(model);
  if (!info.ok()) return info.status();
  return std::vector<ModelInfo>{*std::move(info)};
}

}  // namespace

CLI::App* InfoCommand::AddTo(CLI::App& app) {
  CLI::App* command =
      app.add_subcommand("info", "Describe the models of the server.");
  connection_.AddTo(*command);
  command->add_option("--model", model_, "only this model; default: all");
  output_.AddTo(*command, /*with_npy=*/false);
  return command;
}

int InfoCommand::Run(Console& console) {
  const auto client = connection_.NewClient();
  if (!client.ok()) {
    PrintError(console, std::string(client.status().message()));
    return kExitUsage;
  }
  const absl::StatusOr<std::vector<ModelInfo>> models = Ask(**client, model_);
  if (!models.ok()) {
    return ReportCallFailure(console, connection_.server, models.status());
  }
  console.out << (output_.kind == OutputFlag::Kind::kJson
                      ? ModelsAsJson(*models)
                      : ModelsAsTable(*models))
              << std::flush;
  return kExitSuccess;
}

}  // namespace clip::client

#include "client/cli/encode_image_command.h"

#include <CLI/CLI.hpp>
#include <string>
#include <utility>

#include "client/cli/diagnostics.h"
#include "client/cli/exit_code.h"

namespace clip::client {

CLI::App* EncodeImageCommand::AddTo(CLI::App& app) {
  CLI::App* command = app.add_subcommand("encode-image", "Embed pictures.");
  images_.AddTo(*command);
  flags_.AddTo(*command);
  return command;
}

int EncodeImageCommand::Run(Console& console) {
  const int max_bytes = flags_.connection.max_message_bytes;
  absl::StatusOr<Inputs> inputs =
      images_.Collect(console.in, static_cast<size_t>(max_bytes));
  if (!inputs.ok()) {
    PrintError(console, std::string(inputs.status().message()));
    return kExitUsage;
  }
  return RunEncode(flags_, ItemKind::kImage, *std::move(inputs), console);
}

}  // namespace clip::client

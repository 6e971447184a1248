#include "client/cli/encode_image_command.h"

#include <CLI/CLI.hpp>
#include <string>
#include <utility>

#include "client/cli/diagnostics.h"
#include "client/cli/exit_code.h"
#include "client/cli/image_source.h"

namespace clip::client {

CLI::App* EncodeImageCommand::AddTo(CLI::App& app) {
  CLI::App* command = app.add_subcommand("encode-image", "Embed pictures.");
  images_.AddTo(*command);
  flags_.AddTo(*command);
  return command;
}

int EncodeImageCommand::Run(Console& console) {
  if (flags_.stream) return RunStream(console);
  const int max_bytes = flags_.connection.max_message_bytes;
  absl::StatusOr<Inputs> inputs =
      images_.Collect(console.in, static_cast<size_t>(max_bytes));
  if (!inputs.ok()) {
    PrintError(console, std::string(inputs.status().message()));
    return kExitUsage;
  }
  return RunEncode(flags_, ItemKind::kImage, *std::move(inputs), console);
}

int EncodeImageCommand::RunStream(Console& console) {
  const auto source = ImageSource::Open(
      images_, console.in,
      static_cast<size_t>(flags_.connection.max_message_bytes));
  if (!source.ok()) {
    PrintError(console, std::string(source.status().message()));
    return kExitUsage;
  }
  return RunEncodeStream(flags_, ItemKind::kImage, **source, console);
}

}  // namespace clip::client

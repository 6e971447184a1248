#include "client/cli/encode_text_command.h"

#include <CLI/CLI.hpp>
#include <string>
#include <utility>

#include "client/cli/diagnostics.h"
#include "client/cli/exit_code.h"
#include "client/cli/text_source.h"

namespace clip::client {

CLI::App* EncodeTextCommand::AddTo(CLI::App& app) {
  CLI::App* command = app.add_subcommand("encode-text", "Embed texts.");
  command->add_option("TEXT", texts_.arguments,
                      "texts, or - for one text a line on standard input");
  command
      ->add_option("--texts-from", texts_.texts_from,
                   "also take the texts in this file, one a line; - reads "
                   "them from standard input")
      ->type_name("FILE");
  flags_.AddTo(*command);
  return command;
}

int EncodeTextCommand::Run(Console& console) {
  if (flags_.stream) return RunStream(console);
  absl::StatusOr<Inputs> inputs = texts_.Collect(console.in);
  if (!inputs.ok()) {
    PrintError(console, std::string(inputs.status().message()));
    return kExitUsage;
  }
  return RunEncode(flags_, ItemKind::kText, *std::move(inputs), console);
}

int EncodeTextCommand::RunStream(Console& console) {
  const auto source = TextSource::Open(
      texts_, console.in,
      static_cast<size_t>(flags_.connection.max_message_bytes));
  if (!source.ok()) {
    PrintError(console, std::string(source.status().message()));
    return kExitUsage;
  }
  return RunEncodeStream(flags_, ItemKind::kText, **source, console);
}

}  // namespace clip::client

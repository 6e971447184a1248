#include "client/cli/encode_text_command.h"

#include <CLI/CLI.hpp>
#include <string>
#include <utility>

#include "client/cli/diagnostics.h"
#include "client/cli/exit_code.h"

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
  absl::StatusOr<Inputs> inputs = texts_.Collect(console.in);
  if (!inputs.ok()) {
    PrintError(console, std::string(inputs.status().message()));
    return kExitUsage;
  }
  return RunEncode(flags_, ItemKind::kText, *std::move(inputs), console);
}

}  // namespace clip::client

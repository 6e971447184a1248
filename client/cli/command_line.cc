#include "client/cli/command_line.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>
#include <utility>

#include "client/cli/classify_command.h"
#include "client/cli/command.h"
#include "client/cli/encode_image_command.h"
#include "client/cli/encode_text_command.h"
#include "client/cli/exit_code.h"
#include "client/cli/health_command.h"
#include "client/cli/info_command.h"
#include "client/cli/label_sets_command.h"
#include "client/cli/load_command.h"
#include "client/cli/output_flag.h"
#include "client/cli/similarity_command.h"

namespace clip::client {
namespace {

std::vector<std::unique_ptr<Command>> AllCommands() {
  std::vector<std::unique_ptr<Command>> commands;
  commands.push_back(std::make_unique<InfoCommand>());
  commands.push_back(std::make_unique<HealthCommand>());
  commands.push_back(std::make_unique<EncodeImageCommand>());
  commands.push_back(std::make_unique<EncodeTextCommand>());
  commands.push_back(std::make_unique<SimilarityCommand>());
  commands.push_back(std::make_unique<ClassifyCommand>());
  commands.push_back(std::make_unique<LabelSetsCommand>());
  commands.push_back(std::make_unique<LoadCommand>());
  return commands;
}

}  // namespace

int RunCommandLine(std::vector<std::string> arguments, Console& console) {
  std::vector<std::unique_ptr<Command>> commands = AllCommands();
  CLI::App app("Embeds and compares pictures and texts on a clip_server.",
               "clip_client");
  app.require_subcommand(1);
  std::vector<std::pair<CLI::App*, Command*>> entries;
  entries.reserve(commands.size());
  for (const std::unique_ptr<Command>& command : commands) {
    entries.emplace_back(command->AddTo(app), command.get());
  }
  arguments = JoinNpyFile(std::move(arguments));
  // CLI11 takes a vector from its back.
  std::reverse(arguments.begin(), arguments.end());
  try {
    app.parse(std::move(arguments));
  } catch (const CLI::ParseError& error) {
    const int code = app.exit(error, console.out, console.err);
    return code == 0 ? kExitSuccess : kExitUsage;
  }
  for (const auto& [subcommand, command] : entries) {
    if (subcommand->parsed()) return command->Run(console);
  }
  return kExitUsage;
}

}  // namespace clip::client

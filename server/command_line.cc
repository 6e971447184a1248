#include "server/command_line.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <set>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_split.h"
#include "model/base/status_macros.h"
#include "server/server_flags.h"

namespace clip::server {
namespace {

constexpr char kDescription[] =
    "Serves CLIP models over gRPC.\n"
    "Each flag can also be set as CLIP_SERVER_... in the environment and in "
    "the file of --config.";

// One line: CLI11 breaks some of its messages.
std::string OneLine(std::string text) {
  std::replace(text.begin(), text.end(), '\n', ' ');
  return text;
}

// Applies one source of settings. `source` begins every error.
absl::Status Apply(const std::string& source,
                   std::vector<std::string> arguments, FlagValues& values) {
  CLI::App app;
  AddServerFlags(app, values);
  std::reverse(arguments.begin(), arguments.end());  // CLI11 takes the last.
  try {
    app.parse(std::move(arguments));
  } catch (const CLI::ParseError& error) {
    return absl::InvalidArgumentError(source + OneLine(error.what()));
  }
  return absl::OkStatus();
}

// The names of all flags, without dashes.
std::set<std::string> FlagNames() {
  FlagValues values;
  CLI::App app;
  app.set_help_flag();
  AddServerFlags(app, values);
  std::set<std::string> names;
  for (const CLI::Option* option : app.get_options()) {
    names.insert(option->get_lnames().front());
  }
  return names;
}

std::string VariableOf(const std::string& flag) {
  std::string name = "CLIP_SERVER_" + absl::AsciiStrToUpper(flag);
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
}

std::vector<std::string> ToArguments(const std::string& flag,
                                     const std::vector<std::string>& inputs) {
  std::vector<std::string> arguments;
  arguments.reserve(inputs.size());
  for (const std::string& input : inputs) {
    arguments.push_back(fmt::format("--{}={}", flag, input));
  }
  return arguments;
}

absl::Status ApplyEnvironment(const EnvironmentLookup& environment,
                              FlagValues& values) {
  for (const std::string& flag : FlagNames()) {
    const std::string variable = VariableOf(flag);
    const std::optional<std::string> value = environment(variable);
    if (!value.has_value()) continue;
    const std::vector<std::string> inputs =
        flag == "model" || flag == "label-set" || flag == "web-host"
            ? absl::StrSplit(*value, ',', absl::SkipEmpty())
            : std::vector<std::string>{*value};
    CLIP_RETURN_IF_ERROR(
        Apply(variable + ": ", ToArguments(flag, inputs), values));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<CLI::ConfigItem>> ReadFile(const std::string& path) {
  std::ifstream file(path);
  if (!file.is_open()) {
    return absl::NotFoundError(
        fmt::format("the config file {} cannot be read", path));
  }
  try {
    return CLI::ConfigTOML().from_config(file);
  } catch (const CLI::Error& error) {
    return absl::InvalidArgumentError(
        fmt::format("{}: {}", path, OneLine(error.what())));
  }
}

absl::Status ApplyFile(const std::string& path, FlagValues& values) {
  CLIP_ASSIGN_OR_RETURN(const std::vector<CLI::ConfigItem> items,
                        ReadFile(path));
  const std::set<std::string> flags = FlagNames();
  for (const CLI::ConfigItem& item : items) {
    const bool known = item.parents.empty() && flags.count(item.name) > 0 &&
                       item.name != "config";
    if (!known) {
      return absl::InvalidArgumentError(
          fmt::format("{}: unknown key {}", path, OneLine(item.fullname())));
    }
    CLIP_RETURN_IF_ERROR(
        Apply(path + ": ", ToArguments(item.name, item.inputs), values));
  }
  return absl::OkStatus();
}

// What is asked for by --help or --version; nothing where neither is given.
absl::StatusOr<std::optional<std::string>> ParseFlags(
    std::vector<std::string> arguments, FlagValues& values) {
  CLI::App app(kDescription, "clip_server");
  AddServerFlags(app, values);
  app.set_version_flag("--version",
                       std::string("clip_server ") + CLIP_SERVER_VERSION);
  std::reverse(arguments.begin(), arguments.end());  // CLI11 takes the last.
  try {
    app.parse(std::move(arguments));
  } catch (const CLI::CallForHelp&) {
    return std::optional<std::string>(app.help());
  } catch (const CLI::CallForVersion& version) {
    return std::optional<std::string>(std::string(version.what()) + "\n");
  } catch (const CLI::ParseError& error) {
    return absl::InvalidArgumentError(OneLine(error.what()));
  }
  return std::optional<std::string>();
}

FlagValues DefaultValues() {
  FlagValues values;
  values.builtin_directory = FindBuiltinDirectory();
  return values;
}

absl::Status ResolveModels(FlagValues& values) {
  for (const std::string& model : values.models) {
    CLIP_ASSIGN_OR_RETURN(ModelSpec spec,
                          ParseModelSpec(model, values.builtin_directory));
    values.config.models.push_back(std::move(spec));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<CommandLine> ParseCommandLine(
    const std::vector<std::string>& arguments,
    const EnvironmentLookup& environment) {
  CommandLine command_line;
  // The flags are read twice: first for the file they name, which they then
  // win over.
  FlagValues flags = DefaultValues();
  CLIP_ASSIGN_OR_RETURN(command_line.print_and_exit,
                        ParseFlags(arguments, flags));
  if (command_line.print_and_exit.has_value()) return command_line;

  FlagValues values = DefaultValues();
  const std::string file = flags.config_file.empty()
                               ? environment(VariableOf("config")).value_or("")
                               : flags.config_file;
  if (!file.empty()) CLIP_RETURN_IF_ERROR(ApplyFile(file, values));
  CLIP_RETURN_IF_ERROR(ApplyEnvironment(environment, values));
  CLIP_RETURN_IF_ERROR(Apply("", arguments, values));
  CLIP_RETURN_IF_ERROR(ResolveModels(values));
  CLIP_RETURN_IF_ERROR(ValidateServerConfig(values.config));
  command_line.config = std::move(values.config);
  return command_line;
}

}  // namespace clip::server

#ifndef SERVER_COMMAND_LINE_H_
#define SERVER_COMMAND_LINE_H_

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "server/server_config.h"

namespace clip::server {

// What the program was asked to do.
struct CommandLine {
  ServerConfig config;
  // Text of --help or --version, to be printed instead of serving.
  std::optional<std::string> print_and_exit;
};

// The value of an environment variable; nothing where it is not set.
using EnvironmentLookup =
    std::function<std::optional<std::string>(const std::string&)>;

// Reads the settings. Each flag --some-flag can also be given as the
// environment variable CLIP_SERVER_SOME_FLAG and as the key `some-flag` of the
// file that --config names (TOML or INI, no sections). A flag wins over the
// environment, which wins over the file, which wins over the default; a
// setting is taken whole, so --model replaces all models of the file. In the
// environment several values are separated by commas.
//
// INVALID_ARGUMENT with one line that names the source and the setting, for
// anything unknown or impossible; NOT_FOUND for a file or a built-in model
// that is not there. `arguments` come without the program's name.
absl::StatusOr<CommandLine> ParseCommandLine(
    const std::vector<std::string>& arguments,
    const EnvironmentLookup& environment);

}  // namespace clip::server

#endif  // SERVER_COMMAND_LINE_H_

#ifndef CLIENT_CLI_COMMAND_LINE_H_
#define CLIENT_CLI_COMMAND_LINE_H_

#include <string>
#include <vector>

#include "client/cli/console.h"

namespace clip::client {

// Runs clip_client with `arguments`, the program's name left out, and returns
// its exit code (exit_code.h). Blocks until the command has ended.
int RunCommandLine(std::vector<std::string> arguments, Console& console);

}  // namespace clip::client

#endif  // CLIENT_CLI_COMMAND_LINE_H_

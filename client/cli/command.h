#ifndef CLIENT_CLI_COMMAND_H_
#define CLIENT_CLI_COMMAND_H_

#include "client/cli/cli_app_fwd.h"
#include "client/cli/console.h"

namespace clip::client {

// One sub-command of clip_client. Used by one thread.
class Command {
 public:
  virtual ~Command() = default;

  // Adds the sub-command with its flags, which are stored in this object, and
  // returns it. `app` must not outlive this object.
  virtual CLI::App* AddTo(CLI::App& app) = 0;

  // Does the work of the parsed flags and returns the exit code; once.
  virtual int Run(Console& console) = 0;
};

}  // namespace clip::client

#endif  // CLIENT_CLI_COMMAND_H_

#ifndef CLIENT_CLI_INFO_COMMAND_H_
#define CLIENT_CLI_INFO_COMMAND_H_

#include <string>

#include "client/cli/command.h"
#include "client/cli/connection_flags.h"
#include "client/cli/output_flag.h"

namespace clip::client {

// clip_client info: the facts of the models that the server holds.
class InfoCommand : public Command {
 public:
  CLI::App* AddTo(CLI::App& app) override;
  int Run(Console& console) override;

 private:
  ConnectionFlags connection_;
  OutputFlag output_;
  std::string model_;
};

}  // namespace clip::client

#endif  // CLIENT_CLI_INFO_COMMAND_H_

#ifndef CLIENT_CLI_HEALTH_COMMAND_H_
#define CLIENT_CLI_HEALTH_COMMAND_H_

#include <string>

#include "client/cli/command.h"
#include "client/cli/connection_flags.h"

namespace clip::client {

// clip_client health: prints SERVING or NOT_SERVING.
class HealthCommand : public Command {
 public:
  CLI::App* AddTo(CLI::App& app) override;
  int Run(Console& console) override;

 private:
  ConnectionFlags connection_;
  std::string service_;
};

}  // namespace clip::client

#endif  // CLIENT_CLI_HEALTH_COMMAND_H_

#ifndef CLIENT_CLI_LABEL_SETS_COMMAND_H_
#define CLIENT_CLI_LABEL_SETS_COMMAND_H_

#include <string>

#include "client/cli/command.h"
#include "client/cli/connection_flags.h"
#include "client/cli/label_flags.h"
#include "client/cli/output_flag.h"
#include "client/clip_client.h"

namespace clip::client {

// clip_client label-sets list | create NAME | delete NAME: the label sets that
// a server keeps.
class LabelSetsCommand : public Command {
 public:
  CLI::App* AddTo(CLI::App& app) override;
  int Run(Console& console) override;

 private:
  int List(ClipClient& client, Console& console) const;
  int Create(ClipClient& client, Console& console) const;
  int Delete(ClipClient& client, Console& console) const;

  // Owned by the app that they have been added to.
  CLI::App* list_ = nullptr;
  CLI::App* create_ = nullptr;
  ConnectionFlags connection_;
  LabelFlags labels_;
  OutputFlag output_;
  std::string model_;
  std::string name_;
};

}  // namespace clip::client

#endif  // CLIENT_CLI_LABEL_SETS_COMMAND_H_

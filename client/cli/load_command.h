#ifndef CLIENT_CLI_LOAD_COMMAND_H_
#define CLIENT_CLI_LOAD_COMMAND_H_

#include <string>

#include "client/cli/command.h"
#include "client/cli/connection_flags.h"
#include "client/cli/load_flags.h"
#include "client/cli/load_plan.h"
#include "client/load/load_report.h"

namespace clip::client {

// clip_client load: what a deployment can take and how quick it is; and
// clip_client load compare: whether it has become worse.
class LoadCommand : public Command {
 public:
  CLI::App* AddTo(CLI::App& app) override;
  int Run(Console& console) override;

 private:
  int Load(LoadPlan plan, ClipClientOptions client, Console& console);
  int Compare(Console& console) const;

  const CLI::App* app_ = nullptr;
  const CLI::App* compare_app_ = nullptr;
  ConnectionFlags connection_;
  LoadFlags flags_;
  std::string before_file_;
  std::string after_file_;
  double tolerance_ = 0.1;
};

// The exit code for what a report says: 1 where it is partial, not valid or
// misses its objective, or where an answer was wrong or no call of a run good;
// 3 where the server was gone.
int ExitCodeOf(const load::LoadReport& report);

}  // namespace clip::client

#endif  // CLIENT_CLI_LOAD_COMMAND_H_

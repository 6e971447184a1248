// Declares CLI::App without CLI11's header, which is slow to compile.
#ifndef CLIENT_CLI_CLI_APP_FWD_H_
#define CLIENT_CLI_CLI_APP_FWD_H_

namespace CLI {  // NOLINT(readability-identifier-naming): not our name
class App;
}  // namespace CLI

#endif  // CLIENT_CLI_CLI_APP_FWD_H_

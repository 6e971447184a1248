#ifndef CLIENT_CLI_EXIT_CODE_H_
#define CLIENT_CLI_EXIT_CODE_H_

#include "absl/status/status.h"

namespace clip::client {

// What clip_client tells a shell.
inline constexpr int kExitSuccess = 0;
// Some inputs failed and the others are done; or the server is NOT_SERVING.
inline constexpr int kExitSomeFailed = 1;
// The command line, or a file that it names, is wrong; nothing was sent.
inline constexpr int kExitUsage = 2;
// No server answered: nothing listens there, it drains, or it is too slow.
inline constexpr int kExitUnreachable = 3;
// The server, or the output, refused the work as a whole.
inline constexpr int kExitRefused = 4;

// The exit code of a run that `status` ended.
int ExitCodeOf(const absl::Status& status);

}  // namespace clip::client

#endif  // CLIENT_CLI_EXIT_CODE_H_

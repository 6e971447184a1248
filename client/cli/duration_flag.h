#ifndef CLIENT_CLI_DURATION_FLAG_H_
#define CLIENT_CLI_DURATION_FLAG_H_

#include <string>

#include "absl/time/time.h"
#include "client/cli/cli_app_fwd.h"

namespace clip::client {

// Adds a flag for a time such as 500ms or 30s, which is above zero. `value` is
// the default and gets what is given; it outlives the parsing.
void AddDurationFlag(CLI::App& app, const std::string& name,
                     absl::Duration* value, const std::string& help);

}  // namespace clip::client

#endif  // CLIENT_CLI_DURATION_FLAG_H_

#ifndef CLIENT_CLI_DIAGNOSTICS_H_
#define CLIENT_CLI_DIAGNOSTICS_H_

#include <string>

#include "absl/status/status.h"
#include "client/cli/batch_runner.h"
#include "client/cli/console.h"
#include "client/cli/stream_runner.h"

namespace clip::client {

// Prints "clip_client: message" on standard error.
void PrintError(Console& console, const std::string& message);

// Prints "clip_client: NAME: reason".
void PrintItemError(Console& console, const std::string& name,
                    const absl::Status& why);

// Says why a call to `server` failed and returns the exit code.
int ReportCallFailure(Console& console, const std::string& server,
                      const absl::Status& why);

// Says what a run did not do, if anything, and returns the exit code.
int ReportSummary(Console& console, const std::string& server,
                  const RunSummary& summary);

// The same for a bulk run; also says what a break has cost.
int ReportStreamSummary(Console& console, const std::string& server,
                        const StreamRunSummary& summary);

}  // namespace clip::client

#endif  // CLIENT_CLI_DIAGNOSTICS_H_

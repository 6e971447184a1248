#ifndef CLIENT_CLI_REPORTED_RUN_H_
#define CLIENT_CLI_REPORTED_RUN_H_

#include "client/cli/batch_runner.h"
#include "client/cli/console.h"
#include "client/cli/inputs.h"
#include "client/cli/row_sink.h"

namespace clip::client {

// Runs a BatchRunner to its end behind a ReportingSink and finishes `sink`,
// whose error, if the run has none, becomes that of the summary. Borrows all.
// `rows_on_terminal`: the sink writes to a terminal.
RunSummary RunReported(const BatchOptions& options, Inputs inputs,
                       BatchRunner::Call call, RowSink* sink,
                       bool rows_on_terminal, Console& console);

}  // namespace clip::client

#endif  // CLIENT_CLI_REPORTED_RUN_H_

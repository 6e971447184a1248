#include "client/cli/reported_run.h"

#include <utility>

#include "absl/time/clock.h"
#include "client/cli/reporting_sink.h"

namespace clip::client {

RunSummary RunReported(const BatchOptions& options, Inputs inputs,
                       BatchRunner::Call call, RowSink* sink,
                       bool rows_on_terminal, Console& console) {
  ReportingSink reporting(&console, sink,
                          {inputs.names.size(), rows_on_terminal, absl::Now});
  BatchRunner runner(options, std::move(inputs), std::move(call), &reporting);
  RunSummary summary = runner.Run();
  const absl::Status finished = reporting.Finish();
  if (summary.status.ok()) summary.status = finished;
  return summary;
}

}  // namespace clip::client

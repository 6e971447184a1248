#ifndef CLIENT_CLI_REPORTING_SINK_H_
#define CLIENT_CLI_REPORTING_SINK_H_

#include <cstddef>
#include <functional>
#include <string>

#include "absl/time/time.h"
#include "client/cli/console.h"
#include "client/cli/progress_bar.h"
#include "client/cli/row_sink.h"

namespace clip::client {

// Tells the user, on standard error, about each failure by the item's name,
// and, where many items go to a terminal, about progress. Everything goes on to
// the sink behind it.
class ReportingSink : public RowSink {
 public:
  // Borrows both. `now` gives the time of the progress bar.
  ReportingSink(Console* console, RowSink* sink, size_t total,
                std::function<absl::Time()> now);

  absl::Status Add(const std::string& name, Row row,
                   const ModelVersion& model) override;
  absl::Status Fail(const std::string& name, const absl::Status& why) override;
  absl::Status Finish() override;

 private:
  Console* const console_;
  RowSink* const sink_;
  const std::function<absl::Time()> now_;
  ProgressBar progress_;
};

}  // namespace clip::client

#endif  // CLIENT_CLI_REPORTING_SINK_H_

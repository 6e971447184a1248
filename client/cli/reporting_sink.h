#ifndef CLIENT_CLI_REPORTING_SINK_H_
#define CLIENT_CLI_REPORTING_SINK_H_

#include <cstddef>
#include <functional>
#include <optional>
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
  struct Options {
    // Items of the run; none = nobody knows how many.
    std::optional<size_t> total;
    // `sink` writes to a terminal, so the bar makes way for its rows.
    bool rows_on_terminal = false;
    // The time of the progress bar.
    std::function<absl::Time()> now;
  };

  // Borrows console and sink.
  ReportingSink(Console* console, RowSink* sink, Options options);

  absl::Status Add(const std::string& name, Row row,
                   const ModelVersion& model) override;
  absl::Status Fail(const std::string& name, const absl::Status& why) override;
  absl::Status Finish() override;

 private:
  Console* const console_;
  RowSink* const sink_;
  const Options options_;
  ProgressBar progress_;
};

}  // namespace clip::client

#endif  // CLIENT_CLI_REPORTING_SINK_H_

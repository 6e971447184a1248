#include "client/cli/reporting_sink.h"

#include <utility>

#include "client/cli/diagnostics.h"

namespace clip::client {
namespace {

// Below this a bar would only flicker.
constexpr size_t kManyItems = 16;

}  // namespace

ReportingSink::ReportingSink(Console* console, RowSink* sink, size_t total,
                             std::function<absl::Time()> now)
    : console_(console),
      sink_(sink),
      now_(std::move(now)),
      progress_(console->err_is_terminal && total >= kManyItems ? &console->err
                                                                : nullptr,
                total, now_()) {}

absl::Status ReportingSink::Add(const std::string& name, Row row,
                                const ModelVersion& model) {
  // Rows on the same terminal would be written into the bar.
  if (console_->out_is_terminal) progress_.Clear();
  const absl::Status added = sink_->Add(name, std::move(row), model);
  progress_.Advance(/*failed=*/false, now_());
  return added;
}

absl::Status ReportingSink::Fail(const std::string& name,
                                 const absl::Status& why) {
  progress_.Clear();
  PrintItemError(*console_, name, why);
  const absl::Status noted = sink_->Fail(name, why);
  progress_.Advance(/*failed=*/true, now_());
  return noted;
}

absl::Status ReportingSink::Finish() {
  progress_.Clear();
  return sink_->Finish();
}

}  // namespace clip::client

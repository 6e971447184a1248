#include "client/cli/reporting_sink.h"

#include <utility>

#include "client/cli/diagnostics.h"

namespace clip::client {
namespace {

// Below this a bar would only flicker.
constexpr size_t kManyItems = 16;

}  // namespace

ReportingSink::ReportingSink(Console* console, RowSink* sink, Options options)
    : console_(console),
      sink_(sink),
      options_(std::move(options)),
      progress_(console->err_is_terminal &&
                        options_.total.value_or(kManyItems) >= kManyItems
                    ? &console->err
                    : nullptr,
                options_.total, options_.now()) {}

absl::Status ReportingSink::Add(const std::string& name, Row row,
                                const ModelVersion& model) {
  if (options_.rows_on_terminal) progress_.Clear();
  absl::Status added = sink_->Add(name, std::move(row), model);
  progress_.Advance(/*failed=*/false, options_.now());
  return added;
}

absl::Status ReportingSink::Fail(const std::string& name,
                                 const absl::Status& why) {
  progress_.Clear();
  PrintItemError(*console_, name, why);
  absl::Status noted = sink_->Fail(name, why);
  progress_.Advance(/*failed=*/true, options_.now());
  return noted;
}

absl::Status ReportingSink::Finish() {
  progress_.Clear();
  return sink_->Finish();
}

}  // namespace clip::client

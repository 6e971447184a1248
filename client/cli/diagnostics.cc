#include "client/cli/diagnostics.h"

#include <fmt/format.h>

#include "client/cli/exit_code.h"
#include "client/cli/table_cell.h"

namespace clip::client {
namespace {

constexpr size_t kMaxReportedWidth = 200;
constexpr size_t kMaxReasonWidth = 1000;

std::string ReasonOf(const absl::Status& why) {
  const std::string message(why.message());
  if (!message.empty()) return Printable(message, kMaxReasonWidth);
  return std::string(absl::StatusCodeToString(why.code()));
}

}  // namespace

void PrintError(Console& console, const std::string& message) {
  console.err << "clip_client: " << message << std::endl;
}

void PrintItemError(Console& console, const std::string& name,
                    const absl::Status& why) {
  PrintError(console,
             Printable(name, kMaxReportedWidth) + ": " + ReasonOf(why));
}

int ReportCallFailure(Console& console, const std::string& server,
                      const absl::Status& why) {
  const int code = ExitCodeOf(why);
  const std::string reason =
      fmt::format("{}: {}", std::string(absl::StatusCodeToString(why.code())),
                  ReasonOf(why));
  PrintError(console, code == kExitUnreachable
                          ? fmt::format("no answer from {}: {}", server, reason)
                          : reason);
  return code;
}

int ReportSummary(Console& console, const std::string& server,
                  const RunSummary& summary) {
  int code = summary.failed > 0 ? kExitSomeFailed : kExitSuccess;
  if (!summary.status.ok()) {
    code = ReportCallFailure(console, server, summary.status);
  }
  if (summary.failed > 0 || summary.left_out > 0) {
    PrintError(console,
               fmt::format("{} answered, {} failed, {} not done",
                           summary.answered, summary.failed, summary.left_out));
  }
  return code;
}

int ReportStreamSummary(Console& console, const std::string& server,
                        const StreamRunSummary& summary) {
  int code = summary.failed > 0 ? kExitSomeFailed : kExitSuccess;
  if (!summary.status.ok()) {
    code = ReportCallFailure(console, server, summary.status);
  } else if (summary.interrupted) {
    PrintError(console, "interrupted; what is done is written");
    code = kExitSomeFailed;
  }
  if (summary.counts.resent > 0) {
    PrintError(console,
               fmt::format("{} streams; {} items were sent again "
                           "after a break",
                           summary.counts.streams, summary.counts.resent));
  }
  if (code != kExitSuccess) {
    const bool is_complete = summary.status.ok() && !summary.interrupted;
    PrintError(console, fmt::format("{} answered, {} failed{}",
                                    summary.answered, summary.failed,
                                    is_complete ? "" : ", the rest not done"));
  }
  return code;
}

}  // namespace clip::client

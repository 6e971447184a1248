#ifndef CLIENT_LOAD_REPORT_PNG_H_
#define CLIENT_LOAD_REPORT_PNG_H_

#include <string>

#include "absl/status/statusor.h"
#include "client/load/load_report.h"

namespace clip::client::load {

// False where this build has no library to draw with.
bool CanDrawPng();

// The charts of a report, and the line of each run, as a PNG file: those of all
// runs where there are several, and those of the first kMaxDrawnRuns runs.
// UNIMPLEMENTED where CanDrawPng is false, UNKNOWN where drawing fails.
inline constexpr int kMaxDrawnRuns = 8;
absl::StatusOr<std::string> ReportPng(const LoadReport& report);

}  // namespace clip::client::load

#endif  // CLIENT_LOAD_REPORT_PNG_H_
